import { Notification } from '@jupyterlab/apputils';
import { AutoInsert } from '../../notebook/autoinsert';
import { FakeClusters, FakeNotebooks, makeCluster, trans } from '../fakes';

/** A notebook to launch from, of which only the identity matters. */
const PANEL: any = { id: 'panel', context: { path: 'a.ipynb', isReady: true } };

describe('AutoInsert', () => {
  let clusters: FakeClusters;
  let notebooks: FakeNotebooks;
  let focus: boolean;
  let told: string[];
  let unplaced: string[];
  let autoInsert: AutoInsert;

  const starting = makeCluster({
    state: 'starting',
    code: { create: 'create()', connect: null }
  });

  const create = (
    inserted: FakeNotebooks,
    opened: Promise<unknown> = new Promise(() => undefined)
  ): AutoInsert =>
    new AutoInsert(clusters, inserted, trans, {
      mayFocus: () => focus,
      opened,
      told: id => void told.push(id),
      unplaced: id => void unplaced.push(id)
    });

  beforeEach(() => {
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    focus = true;
    told = [];
    unplaced = [];
    autoInsert = create(notebooks);
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
    let opened: () => void = () => undefined;
    const reloaded = create(again, new Promise<void>(done => (opened = done)));
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
    opened(); // It is open, but not read.
    await new Promise(resolve => setTimeout(resolve, 0));
    context.isReady = true;
    read();
    await context.ready;
    expect(again.inserted).toEqual([
      ['one', 'connect', { panel, focus: true }]
    ]);
    reloaded.dispose();
    const third = create(again);
    clusters.put(makeCluster({ cores: 7 }));
    expect(again.inserted).toHaveLength(1);
    third.dispose();
    expect(unplaced).toEqual([]);
  });

  // Guards against a cluster of which the user hears nothing: a console has no path
  // to find it by, and a notebook may not be opened again.
  it.each([
    ['a console', 'at once'],
    ['a notebook', 'when all that was open is open again']
  ])('gives up %s after a reload, %s', async what => {
    if (what === 'a console') {
      autoInsert.expect('one', { console: {}, sessionContext: {} } as any);
    }
    autoInsert.dispose();
    expect(unplaced).toEqual([]);
    const again = new FakeNotebooks();
    let opened: () => void = () => undefined;
    const reloaded = create(again, new Promise<void>(done => (opened = done)));
    expect(unplaced).toEqual(what === 'a console' ? ['one'] : []);
    clusters.put(makeCluster());
    opened();
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(unplaced).toEqual(['one']);
    reloaded.dispose();
    // Once: the notice is shown after further reloads as well.
    const third = create(again, Promise.resolve());
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(unplaced).toEqual(['one']);
    expect(again.inserted).toEqual([]);
    third.dispose();
  });

  // Guards against a second place for code that waits for its console.
  it('inserts in a console that is still open, after the reload of another', async () => {
    const prompt: any = { console: {}, sessionContext: {} };
    const third = create(notebooks, Promise.resolve());
    third.expect('two', prompt);
    await new Promise(resolve => setTimeout(resolve, 0));
    clusters.put(makeCluster({ id: 'two' }));
    expect(notebooks.inserted).toEqual([
      ['two', 'connect', { panel: prompt, focus: true }]
    ]);
    expect(unplaced).not.toContain('two');
    third.dispose();
  });

  // Guards against code in a notebook that is still being loaded, which then replaces
  // all that is in it.
  it('waits until the notebook is loaded', async () => {
    let read: () => void = () => undefined;
    const context = {
      path: 'b.ipynb',
      isReady: false,
      ready: new Promise<void>(resolve => (read = resolve))
    };
    clusters.put(makeCluster({ id: 'two' }));
    autoInsert.expect('two', { id: 'new', context } as any);
    clusters.put(makeCluster({ id: 'two', cores: 7 }));
    expect(notebooks.inserted).toEqual([]);
    context.isReady = true;
    read();
    await context.ready;
    expect(notebooks.inserted.map(([id]) => id)).toEqual(['two']);
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
