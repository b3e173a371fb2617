import { Notification } from '@jupyterlab/apputils';
import { AutoInsert } from '../../notebook/autoinsert';
import { FakeClusters, FakeNotebooks, makeCluster, trans } from '../fakes';

/** A panel to launch from; only its identity matters. */
const PANEL: any = { id: 'panel' };

describe('AutoInsert', () => {
  let clusters: FakeClusters;
  let notebooks: FakeNotebooks;
  let own: HTMLElement;
  let autoInsert: AutoInsert;

  const starting = makeCluster({
    state: 'starting',
    code: { create: 'create()', connect: null }
  });

  beforeEach(() => {
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    own = document.body.appendChild(document.createElement('button'));
    autoInsert = new AutoInsert(clusters, notebooks, trans, () => own);
    clusters.put(starting);
    autoInsert.expect('one', PANEL);
  });

  afterEach(() => {
    autoInsert.dispose();
    document.body.textContent = '';
  });

  // Guards against code that cannot work yet, and against a cell a report.
  it('inserts once, when the cluster can be used', () => {
    expect(notebooks.inserted).toEqual([]);
    clusters.put(makeCluster({ cores: 1 }));
    clusters.put(makeCluster({ cores: 2 }));
    expect(notebooks.inserted).toEqual([
      ['one', 'connect', { panel: PANEL, focus: true }]
    ]);
  });

  // Guards against code for clusters that were launched from another window.
  it('inserts nothing that it was not told to expect', () => {
    clusters.put(makeCluster({ id: 'other' }));
    expect(notebooks.inserted).toEqual([]);
  });

  // Guards against a cell for a cluster that failed and was then launched again.
  it('expects nothing more of a cluster that failed', () => {
    clusters.put(makeCluster({ state: 'failed' }));
    clusters.put(makeCluster());
    expect(notebooks.inserted).toEqual([]);
  });

  // Guards against taking the keyboard from a person who types elsewhere.
  it('leaves the focus where a person types', () => {
    document.body.appendChild(document.createElement('input')).focus();
    clusters.put(makeCluster());
    expect(notebooks.inserted[0][2].focus).toBe(false);
  });

  // Guards against a launch without a notebook that ends in silence.
  it('says so and offers to copy where no notebook was open', () => {
    autoInsert.expect('two', null);
    clusters.put(makeCluster({ id: 'two' }));
    const last = Notification.manager.notifications[0];
    expect(last.message).toContain('No notebook is open');
    expect(last.options.actions![0].label).toBe('Copy code');
  });
});
