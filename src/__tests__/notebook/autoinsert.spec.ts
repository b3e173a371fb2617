import { Notification } from '@jupyterlab/apputils';
import { AutoInsert } from '../../notebook/autoinsert';
import { FakeClusters, FakeNotebooks, makeCluster, trans } from '../fakes';

/** A notebook to launch from, of which only the identity matters. */
const PANEL: any = {
  id: 'panel',
  context: { path: 'work/a.ipynb', ready: Promise.resolve() }
};

describe('AutoInsert', () => {
  let clusters: FakeClusters;
  let notebooks: FakeNotebooks;
  let focus: boolean;
  let autoInsert: AutoInsert;

  const starting = makeCluster({
    state: 'starting',
    code: { create: 'create()', connect: null }
  });

  /** Load the page again: only what the browser keeps for the tab is left. */
  const reload = (): void => {
    autoInsert.dispose();
    notebooks = new FakeNotebooks();
    autoInsert = new AutoInsert(clusters, notebooks, trans, () => focus);
  };

  beforeEach(() => {
    window.sessionStorage.clear();
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    focus = true;
    autoInsert = new AutoInsert(clusters, notebooks, trans, () => focus);
    clusters.put(starting);
    autoInsert.expect('one', PANEL);
  });

  afterEach(() => {
    autoInsert.dispose();
  });

  // Guards against code that does not work yet, and a cell for every report.
  it('inserts once, as soon as the cluster can be used', () => {
    expect(notebooks.inserted).toEqual([]);
    clusters.put(makeCluster({ cores: 1 }));
    clusters.put(makeCluster({ cores: 2 }));
    expect(notebooks.inserted).toEqual([
      ['one', 'connect', { panel: PANEL, focus: true }]
    ]);
  });

  // Guards against code for clusters that were launched in another window.
  it('inserts nothing for clusters that are not expected', () => {
    clusters.put(makeCluster({ id: 'other' }));
    expect(notebooks.inserted).toEqual([]);
  });

  // Guards against a cell for a failed cluster that was launched again.
  it('forgets a cluster that failed', () => {
    clusters.put(makeCluster({ state: 'failed' }));
    clusters.put(makeCluster());
    expect(notebooks.inserted).toEqual([]);
  });

  // Guards against moving the focus while the user types elsewhere.
  it('does not move the focus while the user types elsewhere', () => {
    focus = false;
    clusters.put(makeCluster());
    expect(notebooks.inserted[0][2].focus).toBe(false);
  });

  // Guards against a launch without a notebook that shows nothing.
  it('notifies the user and offers to copy if no notebook was open', () => {
    autoInsert.expect('two', null);
    clusters.put(makeCluster({ id: 'two' }));
    const last = Notification.manager.notifications[0];
    expect(last.message).toContain('No notebook or console');
    expect(last.options.actions![0].label).toBe('Copy code');
  });

  // Guards against a launch that is forgotten when the page is reloaded.
  it('inserts in the same notebook after a reload', async () => {
    reload();
    notebooks.panels = [{ context: { path: 'b.ipynb' } }, PANEL];
    autoInsert.resume();
    expect(notebooks.inserted).toEqual([]);
    clusters.put(makeCluster());
    await PANEL.context.ready;
    clusters.put(makeCluster({ cores: 2 }));
    expect(notebooks.inserted).toEqual([
      ['one', 'connect', { panel: PANEL, focus: true }]
    ]);
    reload();
    notebooks.panels = [PANEL];
    autoInsert.resume();
    await PANEL.context.ready;
    expect(notebooks.inserted).toEqual([]);
  });

  // Guards against a cluster that is ready without a word.
  it('offers the code if the notebook is not open after a reload', () => {
    reload();
    clusters.put(makeCluster());
    autoInsert.resume();
    const last = Notification.manager.notifications[0];
    expect(last.message).toContain('Local 1 is ready');
    const labels = last.options.actions!.map(({ label }) => label);
    expect(labels).toEqual(['Insert code', 'Copy code']);
    last.options.actions![0].callback(new MouseEvent('click'));
    expect(notebooks.inserted).toEqual([['one', 'connect', {}]]);
  });

  // Guards against a list of old launches that only grows.
  it('forgets clusters that have gone while the page was reloaded', () => {
    reload();
    clusters.remove('one');
    autoInsert.resume();
    clusters.put(makeCluster());
    expect(notebooks.inserted).toEqual([]);
    reload();
    autoInsert.resume();
    expect(notebooks.inserted).toEqual([]);
  });

  // Guards against a broken page where the browser keeps nothing, or another text.
  it('works with whatever the browser keeps', () => {
    window.sessionStorage.setItem('jupyter-cluster-launcher:launched', '[1');
    reload();
    autoInsert.resume();
    autoInsert.expect('one', PANEL);
    clusters.put(makeCluster());
    expect(notebooks.inserted).toHaveLength(1);
  });
});
