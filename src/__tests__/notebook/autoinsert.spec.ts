import { Notification } from '@jupyterlab/apputils';
import { AutoInsert } from '../../notebook/autoinsert';
import { FakeClusters, FakeNotebooks, makeCluster, trans } from '../fakes';

/** A notebook to launch from, of which only the identity matters. */
const PANEL: any = { id: 'panel', context: { path: 'a.ipynb' } };

describe('AutoInsert', () => {
  let clusters: FakeClusters;
  let notebooks: FakeNotebooks;
  let focus: boolean;
  let told: string[];
  let autoInsert: AutoInsert;

  const starting = makeCluster({
    state: 'starting',
    code: { create: 'create()', connect: null }
  });

  beforeEach(() => {
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    focus = true;
    told = [];
    autoInsert = new AutoInsert(
      clusters,
      notebooks,
      trans,
      () => focus,
      id => void told.push(id)
    );
    clusters.put(starting);
    autoInsert.expect('one', PANEL);
  });

  afterEach(() => {
    autoInsert.dispose();
    sessionStorage.clear();
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

  // Guards against a reload while a cluster starts, after which nothing happens.
  it('inserts in the same notebook after a reload, once', async () => {
    autoInsert.dispose();
    const again = new FakeNotebooks();
    const reloaded = new AutoInsert(
      clusters,
      again,
      trans,
      () => focus,
      () => undefined
    );
    clusters.put(makeCluster());
    expect(again.inserted).toEqual([]);
    let read: () => void = () => undefined;
    const context = {
      path: 'a.ipynb',
      isReady: false,
      ready: new Promise<void>(resolve => (read = resolve))
    };
    const panel = { id: 'new', context };
    again.panels = [{ id: 'other', context: { path: 'b.ipynb' } }, panel];
    again.select(null);
    expect(again.inserted).toEqual([]);
    context.isReady = true;
    read();
    await context.ready;
    expect(again.inserted).toEqual([
      ['one', 'connect', { panel, focus: true }]
    ]);
    reloaded.dispose();
    const third = new AutoInsert(
      clusters,
      again,
      trans,
      () => focus,
      () => undefined
    );
    clusters.put(makeCluster({ cores: 7 }));
    expect(again.inserted).toHaveLength(1);
    third.dispose();
  });

  // Guards against the long code in a notebook whose kernel was just started.
  it('waits until it is known what code the notebook takes', async () => {
    let known: () => void = () => undefined;
    notebooks.prepared = new Promise(resolve => (known = resolve));
    clusters.put(makeCluster({ cores: 1 }));
    clusters.put(makeCluster({ cores: 2 }));
    expect(notebooks.inserted).toEqual([]);
    known();
    await notebooks.prepared;
    clusters.put(makeCluster({ cores: 3 }));
    expect(notebooks.inserted).toHaveLength(1);
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

  // Guards against a second notice for a cluster whose code was refused.
  it('says that the user was notified if the notebook takes no code', () => {
    notebooks.result = { inserted: false, reason: 'a.ipynb is read-only.' };
    clusters.put(makeCluster());
    const last = Notification.manager.notifications[0];
    expect(last.message).toBe('a.ipynb is read-only.');
    expect(last.options.actions![0].label).toBe('Copy code');
    expect(told).toEqual(['one']);
  });
});
