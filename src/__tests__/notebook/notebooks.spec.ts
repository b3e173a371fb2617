import { YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import { CELL_METADATA, markedCell } from '../../notebook/mark';
import { requestIn } from '../../notebook/metadata';
import { Notebooks } from '../../notebook/notebooks';
import { INotebooksOptions } from '../../notebook/options';
import { ICluster } from '../../tokens';
import { ToolbarItem } from '../../toolbar/item';
import { clusterFor } from '../../toolbar/state';
import {
  contextOf,
  FakeClusters,
  makeCluster,
  makeKernelspecs,
  trans
} from '../fakes';

/** A notebook panel. */
class FakePanel {
  constructor(
    readonly path: string,
    kernel: string,
    sources: string[]
  ) {
    this.notebook.insertCells(
      0,
      sources.map(source => ({ cell_type: 'code', source }))
    );
    this.notebook.clearUndoHistory();
    this.sessionContext.session.kernel.name = kernel;
  }

  readonly id = 'panel';
  readonly node = document.createElement('div');
  isDisposed = false;
  readonly notebook = YNotebook.create();
  readonly context = contextOf(this.path);
  readonly sessionContext = {
    session: { kernel: { name: '' } },
    kernelPreference: {},
    kernelChanged: new Signal<object, void>({}),
    sessionChanged: new Signal<object, void>({})
  };
  readonly content = {
    model: {
      sharedModel: this.notebook,
      cells: { changed: new Signal<object, void>({}) },
      readOnly: false,
      collaborative: false
    },
    activeCellIndex: 0,
    mode: 'edit',
    activated: 0,
    activate: () => void this.content.activated++,
    deselectAll: () => undefined,
    scrollToItem: async () => undefined
  };

  get sources(): string[] {
    return this.notebook.cells.map(cell => cell.getSource());
  }
}

/** Make a tracker with one notebook or none. */
function makeTracker(panel: FakePanel | null): any {
  return {
    currentWidget: panel,
    currentChanged: new Signal<object, any>({}),
    find: (test: any) => (panel && test(panel) ? panel : undefined),
    filter: (test: any) => (panel && test(panel) ? [panel] : [])
  };
}

function makeNotebooks(
  panel: FakePanel | null,
  options: Partial<INotebooksOptions> = {}
): Notebooks {
  return new Notebooks({
    shell: { activateById: () => undefined },
    kernelspecs: makeKernelspecs(),
    tracker: makeTracker(panel),
    ...options
  });
}

function withCode(id: string, connect: string | null): ICluster {
  return makeCluster({ id, code: { create: 'create()', connect } });
}

describe('Notebooks', () => {
  let panel: FakePanel;
  let notebooks: Notebooks;

  beforeEach(() => {
    panel = new FakePanel('work/a.ipynb', 'python3', ['first()', 'second()']);
    notebooks = makeNotebooks(panel);
  });

  // Guards against code at the end of the notebook, or in two cells.
  it('inserts one cell above the active one, and activates it', () => {
    panel.content.activeCellIndex = 1;
    const result = notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(result).toEqual({
      inserted: true,
      updated: false,
      notebook: 'a.ipynb'
    });
    expect(panel.sources).toEqual(['first()', 'c1()', 'second()']);
    expect(panel.content.activeCellIndex).toBe(1);
    expect(panel.content.activated).toBe(1);
  });

  // Guards against code above the title of a notebook that was just opened.
  it('inserts below an active Markdown cell', () => {
    panel.notebook.insertCell(0, { cell_type: 'markdown', source: '# Tides' });
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources).toEqual(['# Tides', 'c1()', 'first()', 'second()']);
    expect(panel.content.activeCellIndex).toBe(1);
  });

  // Guards against an empty cell beside the code.
  it('fills the active cell if it is empty', () => {
    panel = new FakePanel('a.ipynb', 'python3', ['']);
    makeNotebooks(panel).insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources).toEqual(['c1()']);
  });

  // Guards against a cell for every click.
  it('inserts the same code only once', () => {
    for (let count = 0; count < 3; count++) {
      notebooks.insert(withCode('one', 'c1()'), 'connect');
    }
    expect(panel.sources).toEqual(['c1()', 'first()', 'second()']);
  });

  // Guards against a second cell for the next cluster.
  it('updates its cell in place, and keeps what was added to it', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    panel.notebook.cells[0].setSource('# mine\nc1()\nmore()');
    panel.content.activeCellIndex = 2;
    const result = notebooks.insert(withCode('two', 'c2("$&")'), 'connect');
    expect(result).toMatchObject({ inserted: true, updated: true });
    expect(panel.sources).toEqual([
      '# mine\nc2("$&")\nmore()',
      'first()',
      'second()'
    ]);
    expect(panel.content.activeCellIndex).toBe(0);
    expect(panel.notebook.cells[0].getMetadata(CELL_METADATA)).toMatchObject({
      cluster_id: 'two'
    });
  });

  // Guards against overwriting the code of the user.
  it('does not change a cell that the user has rewritten', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    panel.notebook.cells[0].setSource('all_mine()');
    notebooks.insert(withCode('two', 'c2()'), 'connect');
    expect(panel.sources).toEqual([
      'c2()',
      'all_mine()',
      'first()',
      'second()'
    ]);
  });

  // Guards against an insertion that cannot be undone.
  it('can be undone', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    panel.notebook.undo();
    expect(panel.sources).toEqual(['first()', 'second()']);
  });

  // Guards against both the create code and the connect code.
  it('replaces the connect code by the create code', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    notebooks.insert(withCode('one', 'c1()'), 'create');
    expect(panel.sources).toEqual(['create()', 'first()', 'second()']);
  });

  // Guards against two cells after a drop.
  it('replaces the earlier cell by a dropped one', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    const cell = markedCell({ cluster_id: 'one', name: 'One', code: 'c1()' });
    panel.notebook.insertCell(2, cell);
    const used: any[] = [];
    notebooks.used.connect((_, use) => void used.push(use));
    void notebooks.handleDrop(panel.node, cell.id, withCode('one', 'c1()'));
    expect(panel.sources).toEqual(['first()', 'c1()', 'second()']);
    expect(panel.content.activeCellIndex).toBe(1);
    expect(used).toEqual([{ id: 'one', panel }]);
  });

  // Guards against a notebook that got its cluster by a drop, and cannot be launched
  // as it wants on the next day.
  it.each([null, 'ann'])('keeps what a dropped row requests, for %s', user => {
    panel.content.model.collaborative = user !== null;
    notebooks = makeNotebooks(panel, { user: () => user });
    const cell = markedCell({ cluster_id: 'one', name: 'One', code: 'c1()' });
    panel.notebook.insertCell(2, cell);
    void notebooks.handleDrop(panel.node, cell.id, withCode('one', 'c1()'));
    expect(requestIn(panel as any, user)).toEqual({
      ...{ platform: 'local', title: 'This computer', unit: 'workers' },
      ...{ workers: 2, options: {} }
    });
  });

  // Guards against code for the kernel of another notebook, which was in front.
  it('takes the code that its own kernel can run when it was dropped', async () => {
    notebooks = makeNotebooks(panel, { hasConnect: async () => true });
    const cell = markedCell({ cluster_id: 'one', name: 'One', code: 'c1()' });
    panel.notebook.insertCell(2, cell);
    await notebooks.handleDrop(panel.node, cell.id, withCode('one', 'c1()'));
    expect(panel.sources[2]).toContain('connect("Local 1")');
    expect(notebooks.cellOf(panel as any)).toMatchObject({
      ...{ index: 2, clusterId: 'one' }
    });
  });

  // Guards against removing the code of the user.
  it('keeps an earlier cell that the user has added code to', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    panel.notebook.cells[0].setSource('c1()\nmine()');
    const cell = markedCell({ cluster_id: 'one', name: 'One', code: 'c1()' });
    panel.notebook.insertCell(3, cell);
    void notebooks.handleDrop(panel.node, cell.id, withCode('one', 'c1()'));
    expect(panel.sources).toHaveLength(4);
  });

  // Guards against moving the focus while the user types elsewhere.
  it('does not move the focus if it must not', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect', { focus: false });
    expect(panel.sources[0]).toBe('c1()');
    expect(panel.content.activated).toBe(0);
  });

  // Guards against a click without effect.
  it.each([
    ['no notebook is open', null, 'c1()', 'No notebook or console'],
    ['the cluster cannot be used yet', 'python3', null, 'Wait until'],
    ['the notebook uses another language', 'ir', 'c1()', 'uses r']
  ])('does not insert if %s, and explains why', (_, kernel, connect, words) => {
    const target = kernel ? new FakePanel('a.ipynb', kernel, ['x']) : null;
    const result = makeNotebooks(target).insert(
      withCode('one', connect),
      'connect'
    );
    expect(result.inserted).toBe(false);
    expect((result as any).reason).toContain(words);
    expect(target?.sources ?? ['x']).toEqual(['x']);
  });

  // Guards against code in another notebook than the launch was for.
  it('inserts in the given notebook, even if it is not the current one', () => {
    const other = new FakePanel('b.ipynb', 'python3', ['other()']);
    const tracker = makeTracker(panel);
    notebooks = makeNotebooks(panel, { tracker });
    const launching = notebooks.panel;
    tracker.currentWidget = other;
    tracker.currentChanged.emit(other);
    expect(notebooks.current!.name).toBe('b.ipynb');
    const result = notebooks.insert(withCode('one', 'c1()'), 'connect', {
      panel: launching
    });
    expect(result).toMatchObject({ inserted: true, notebook: 'a.ipynb' });
    expect(panel.sources).toEqual(['c1()', 'first()', 'second()']);
    expect(other.sources).toEqual(['other()']);
  });

  // Guards against "no notebook is open" while another one is open, and against
  // code in that one.
  it('explains that the notebook is closed, even if another one is open', () => {
    const closed = new FakePanel('b.ipynb', 'python3', ['x']);
    closed.isDisposed = true;
    const result = notebooks.insert(withCode('one', 'c1()'), 'connect', {
      panel: closed as any
    });
    expect((result as any).reason).toBe(
      'The notebook that you launched this cluster from is closed. Insert the code in another notebook, or copy it.'
    );
    expect(panel.sources).toEqual(['first()', 'second()']);
  });

  // Guards against changes that cannot be saved.
  it('does not insert in a read-only notebook', () => {
    panel.content.model.readOnly = true;
    const result = notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect((result as any).reason).toContain('read-only');
    expect(panel.sources).toEqual(['first()', 'second()']);
  });

  // Guards against a use that is not checked.
  it('emits a use when code is inserted, and before its cell runs', () => {
    const executionScheduled = new Signal<object, any>({});
    notebooks = makeNotebooks(panel, { executionScheduled });
    const used: any[] = [];
    notebooks.used.connect((_, use) => void used.push(use));
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(used).toEqual([{ id: 'one', panel }]);
    const run = (index: number): void =>
      executionScheduled.emit({
        notebook: panel.content,
        cell: { model: panel.notebook.cells[index] }
      });
    run(0);
    run(1);
    expect(used).toHaveLength(2);
    notebooks.insert(withCode('one', 'c1()'), 'create');
    run(0);
    expect(used).toHaveLength(2);
  });

  // Guards against a form with an outdated kernel.
  it('knows the kernel of the current notebook, and when it changes', () => {
    expect(notebooks.current).toEqual({
      path: 'work/a.ipynb',
      name: 'a.ipynb',
      kernelName: 'python3',
      language: 'python',
      clusterId: null
    });
    let count = 0;
    notebooks.changed.connect(() => void count++);
    panel.sessionContext.session.kernel.name = 'analysis';
    panel.sessionContext.kernelChanged.emit();
    expect(count).toBe(1);
    expect(notebooks.current!.kernelName).toBe('analysis');
  });

  // Guards against home paths in the metadata of a notebook that is shared.
  it('marks the cell without repeating its code', () => {
    notebooks.insert(
      withCode('one', 'client = Client("/users/ada/x.pem")'),
      'connect'
    );
    const [cell] = panel.notebook.cells.filter(cell =>
      cell.getMetadata(CELL_METADATA)
    );
    expect(JSON.stringify(cell.metadata)).not.toContain('/users/ada');
  });

  // Guards against code that is gone when the notebook is loaded.
  it('does not insert in a notebook that is still being loaded', () => {
    panel.context.isReady = false;
    const before = panel.sources;
    expect(notebooks.insert(withCode('one', 'c1()'), 'connect')).toEqual({
      inserted: false,
      reason: 'a.ipynb is still opening. Try again in a moment.'
    });
    expect(panel.sources).toEqual(before);
  });

  // Guards against a line of the user that has the same text, and is rewritten.
  it('replaces whole lines, where they are', () => {
    notebooks.insert(withCode('one', 'a = 1'), 'connect');
    const cell = panel.notebook.cells[panel.content.activeCellIndex];
    cell.setSource('# was: a = 1\naa = 12\na = 1\nmine()');
    notebooks.insert(withCode('two', 'c = "$&"'), 'connect');
    expect(cell.getSource()).toBe('# was: a = 1\naa = 12\nc = "$&"\nmine()');
  });

  // Guards against code of the user that is overwritten, or kept twice.
  it('replaces only the lines that it inserted', () => {
    notebooks.insert(withCode('one', 'a = 1\nb = 2'), 'connect');
    const index = panel.notebook.cells.findIndex(cell =>
      cell.getMetadata(CELL_METADATA)
    );
    const cell = panel.notebook.cells[index];
    cell.setSource('# mine\na = 1\nb = 2\nmine()');
    notebooks.insert(withCode('two', 'c = 3'), 'connect');
    expect(cell.getSource()).toBe('# mine\nc = 3\nmine()');
    cell.setSource('c = 4');
    notebooks.insert(withCode('one', 'd = 5'), 'connect');
    expect(cell.getSource()).toBe('c = 4');
  });

  // Guards against the drive of real-time collaboration in JupyterLab before 4.4
  // in front of a name.
  it('is called by its name on a drive', () => {
    const shared = new FakePanel('RTC:a.ipynb', 'python3', ['first()']);
    const notebooks = makeNotebooks(shared);
    expect(notebooks.current!.name).toBe('a.ipynb');
    expect(notebooks.current!.path).toBe('RTC:a.ipynb'); // The server knows it.
    const inserted = notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(inserted).toMatchObject({ notebook: 'a.ipynb' });
    expect(notebooks.users(makeCluster({ id: 'one' }))).toEqual(['a.ipynb']);
  });

  // Guards against a cell of a colleague that changes to another cluster, and a
  // name in a notebook that is passed on.
  it('has a cell for each user of a shared notebook', () => {
    panel.content.model.collaborative = true;
    const ada = makeNotebooks(panel, { user: () => 'ada' });
    const bob = makeNotebooks(panel, { user: () => 'bob' });
    ada.insert(withCode('one', 'c1()'), 'connect');
    bob.insert(withCode('two', 'c2()'), 'connect');
    ada.insert(withCode('three', 'c3()'), 'connect');
    expect(panel.sources).toEqual(['c2()', 'c3()', 'first()', 'second()']);
    expect(ada.current!.clusterId).toBe('three');
    expect(bob.users(makeCluster({ id: 'two' }))).toEqual(['a.ipynb']);
    const dropped = markedCell({
      cluster_id: 'four',
      name: 'Four',
      code: 'c4()'
    });
    panel.notebook.insertCell(0, dropped);
    void bob.handleDrop(panel.node, dropped.id, withCode('four', 'c4()'));
    expect(panel.sources).toEqual(['c4()', 'c3()', 'first()', 'second()']);
    bob.insert(withCode('five', 'c5()'), 'connect');
    expect(panel.sources).toEqual(['c5()', 'c3()', 'first()', 'second()']);
    expect(JSON.stringify(panel.notebook.toJSON())).not.toMatch(/"(ada|bob)"/);
    expect(bob.clusterNameOf(panel as any)).toBe('Local 1');
    // Alone, a user has the cell of an earlier identity.
    panel.content.model.collaborative = false;
    bob.insert(withCode('six', 'c6()'), 'connect');
    expect(panel.sources).toEqual(['c6()', 'c3()', 'first()', 'second()']);
  });

  // Guards against a toolbar with the cluster of a colleague, which "Stop" then
  // stops, and a launch with the workers of that colleague.
  it('shows each user of a shared notebook the own cluster', () => {
    panel.content.model.collaborative = true;
    const clusters = new FakeClusters();
    const add = (id: string, platform: string): ICluster => {
      const code = { create: '', connect: `${id}()` };
      const cluster = makeCluster({ id, name: id, platform, code });
      clusters.put(cluster);
      return cluster;
    };
    const users = ['ada', 'bob'].map(name =>
      makeNotebooks(panel, { user: () => name })
    );
    const items = users.map(
      notebooks =>
        new ToolbarItem(panel as any, {
          ...{ clusters, notebooks, trans },
          open: () => undefined
        })
    );
    const texts = (): unknown[] => items.map(({ node }) => node.textContent);
    users[0].insert(add('Tides', 'local'), 'connect');
    expect(texts()).toEqual(['TidesRunning', 'No cluster']);
    users[1].insert(add('Waves', 'hpc'), 'connect');
    expect(texts()).toEqual(['TidesRunning', 'WavesRunning']);
    clusters.remove('Tides');
    expect(texts()).toEqual(['TidesStopped', 'WavesRunning']);
    const requested = users.map(notebooks =>
      requestIn(panel as any, notebooks.userOf(panel as any))
    );
    expect(requested.map(each => each!.platform)).toEqual(['local', 'hpc']);
    items.forEach(item => item.dispose());
  });

  // Guards against a cell that the launches of all others rewrite, because it was
  // inserted before JupyterLab knew the user.
  it.each(['inserted', 'dropped'])(
    'gives a cell that was %s the user as soon as it is known',
    how => {
      panel.content.model.collaborative = true;
      let user: string | null = null;
      const userChanged = new Signal<object, void>({});
      notebooks = makeNotebooks(panel, { user: () => user, userChanged });
      const before = makeNotebooks(panel, { user: () => 'ada' });
      before.insert(withCode('old', 'c0()'), 'connect');
      panel.content.activeCellIndex = 2;
      if (how === 'inserted') {
        notebooks.insert(withCode('one', 'c1()'), 'connect');
      } else {
        const cell = markedCell({ cluster_id: 'one', name: '', code: 'c1()' });
        panel.notebook.insertCell(0, cell);
        void notebooks.handleDrop(panel.node, cell.id, withCode('one', 'c1()'));
      }
      userChanged.emit();
      user = 'ada';
      userChanged.emit();
      const bob = makeNotebooks(panel, { user: () => 'bob' });
      bob.insert(withCode('two', 'c2()'), 'connect');
      expect(panel.sources).toContain('c1()');
      expect(notebooks.clusterOf(panel as any)).toBe('one');
    }
  );

  // Guards against code that the kernel cannot import, and code that fails on
  // the next day although it need not.
  it('inserts the short code if the kernel has this package', async () => {
    const asked: string[] = [];
    const hasConnect = async (name: string): Promise<boolean> => {
      asked.push(name);
      return name === 'python3';
    };
    notebooks = makeNotebooks(panel, { hasConnect });
    await new Promise(resolve => setTimeout(resolve, 0));
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources[0]).toContain('connect("Local 1")');
    notebooks.insert(withCode('one', 'c1()'), 'plain');
    expect(panel.sources[0]).toBe('c1()');
    panel.sessionContext.session.kernel.name = 'analysis';
    panel.sessionContext.kernelChanged.emit();
    await new Promise(resolve => setTimeout(resolve, 0));
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources[0]).toBe('c1()');
    expect(asked).toEqual(['python3', 'analysis']);
  });

  // Guards against the long code after a reload, and a wait for good.
  it('waits for its kernel to know what code it takes, at most 5 s', async () => {
    let start: () => void = () => undefined;
    const target: any = panel;
    const { sessionContext } = target;
    const { kernel } = sessionContext.session;
    sessionContext.session.kernel = null;
    sessionContext.ready = new Promise<void>(resolve => (start = resolve));
    notebooks = makeNotebooks(panel, { hasConnect: async () => true });
    const wait = notebooks.prepare(target)!;
    sessionContext.session.kernel = kernel;
    start();
    await wait;
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources[0]).toContain('connect("Local 1")');
    expect(notebooks.prepare(target)).toBeNull();

    jest.useFakeTimers();
    const never = new Promise<boolean>(() => undefined);
    notebooks = makeNotebooks(panel, { hasConnect: () => never });
    const late = notebooks.prepare(target)!;
    await jest.advanceTimersByTimeAsync(5_000);
    await late;
    jest.useRealTimers();
  });

  // Guards against a notebook behind a console whose cell changes.
  it('inserts in the prompt of a console in front', () => {
    let source = 'mine()';
    const front: any = {
      id: 'console',
      title: { label: 'Console 1' },
      sessionContext: panel.sessionContext,
      console: {
        promptCell: {
          model: {
            sharedModel: {
              getSource: () => source,
              setSource: (text: string) => void (source = text)
            }
          }
        }
      }
    };
    const activated: string[] = [];
    const shell = {
      activateById: (id: string) => void activated.push(id),
      currentWidget: front
    };
    notebooks = makeNotebooks(panel, { shell });
    const result = notebooks.insert(withCode('one', 'c1()\n'), 'connect');
    expect(notebooks.languageOf(notebooks.panel!)).toBe('python');
    expect(result).toMatchObject({ inserted: true, notebook: 'Console 1' });
    expect(source).toBe('c1()\nmine()');
    expect(activated).toEqual(['console']);
    expect(panel.sources).toEqual(['first()', 'second()']);
    panel.sessionContext.session.kernel.name = 'ir';
    expect(notebooks.insert(withCode('one', 'c'), 'connect').inserted).toBe(
      false
    );
    front.console.promptCell = null;
    panel.sessionContext.session.kernel.name = 'python3';
    expect(
      (notebooks.insert(withCode('one', 'c'), 'connect') as any).reason
    ).toContain('still starting');
  });

  // Guards against a notebook behind a file whose cell changes.
  it('refuses while a file is in front, and explains why', () => {
    const insertBehind = (id: string, label: string): any => {
      const currentWidget: any = { id, title: { label } };
      const shell = { activateById: () => undefined, currentWidget };
      return makeNotebooks(panel, { shell }).insert(
        withCode('one', 'c1()'),
        'connect'
      );
    };
    expect(insertBehind('id-1', 'tides.py').reason).toContain(
      'tides.py is in front, which is neither a notebook nor a console.'
    );
    expect(panel.sources).toEqual(['first()', 'second()']);
    // A dashboard is looked at beside the notebook.
    expect(
      insertBehind('jp-ClusterLauncher-dashboard-one-', 'Plots').inserted
    ).toBe(true);
  });

  // Guards against a cluster whose notebooks are unknown.
  it('knows which notebooks use a cluster, and says when that changes', () => {
    let changes = 0;
    notebooks.usersChanged.connect(() => void changes++);
    expect(notebooks.users(makeCluster({ id: 'one' }))).toEqual([]);
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(changes).toBe(1);
    expect(notebooks.users(makeCluster({ id: 'one' }))).toEqual(['a.ipynb']);
    expect(notebooks.current!.clusterId).toBe('one');
    notebooks.insert(withCode('two', 'c2()'), 'create');
    expect(notebooks.users(makeCluster({ id: 'one' }))).toEqual([]);
    expect(notebooks.current!.clusterId).toBeNull();
  });

  // Guards against "2 open notebooks use it" for two views of one.
  it('counts a notebook with several views once', () => {
    const tracker = makeTracker(panel);
    const view = { ...panel, context: panel.context };
    const other = new FakePanel('b.ipynb', 'python3', ['x']);
    tracker.filter = (test: any) => [panel, view, other].filter(test);
    notebooks = makeNotebooks(panel, { tracker });
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(notebooks.users(makeCluster({ id: 'one' }))).toEqual(['a.ipynb']);
    const panels = { panel: other as any };
    notebooks.insert(withCode('one', 'c1()'), 'connect', panels);
    expect(notebooks.users(makeCluster({ id: 'one' }))).toEqual([
      'a.ipynb',
      'b.ipynb'
    ]);
  });

  // Guards against a row and a toolbar that do not know the notebook of a cluster
  // which was launched again by connect(…, launch=True) in the cell.
  it('finds the cluster that a rewritten cell connects to by its name', () => {
    notebooks.insert(withCode('one', 'connect("Tides")'), 'connect');
    const again = makeCluster({ id: 'two', name: 'Tides' });
    const clusters = new FakeClusters();
    clusters.put(again);
    panel.notebook.cells[0].setSource(
      'cluster, client = connect("Tides", launch=True)'
    );
    expect(notebooks.users(again)).toEqual(['a.ipynb']);
    expect(notebooks.users({ ...again, state: 'closed' })).toEqual([]);
    expect(clusterFor(panel as any, notebooks, clusters)).toEqual({
      cluster: again,
      hasStopped: false
    });
  });
});
