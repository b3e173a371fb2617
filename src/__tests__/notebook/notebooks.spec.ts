import { YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import { CELL_METADATA, markedCell } from '../../notebook/cell';
import { Notebooks } from '../../notebook/notebooks';
import { ICluster } from '../../tokens';
import { makeCluster, makeKernelspecs } from '../fakes';

/** A notebook panel, as far as it is looked at. */
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
  readonly notebook = new YNotebook();
  readonly context = { path: this.path };
  readonly sessionContext = {
    session: { kernel: { name: '' } },
    kernelPreference: {},
    kernelChanged: new Signal<object, void>({}),
    sessionChanged: new Signal<object, void>({})
  };
  readonly content = {
    model: { sharedModel: this.notebook, readOnly: false },
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

/** A tracker of one notebook, or none. */
function makeTracker(panel: FakePanel | null): any {
  return {
    currentWidget: panel,
    currentChanged: new Signal<object, any>({}),
    find: (test: any) => (panel && test(panel) ? panel : undefined)
  };
}

function makeNotebooks(
  panel: FakePanel | null,
  options: Partial<Notebooks.IOptions> = {}
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

  // Guards against code that lands at the end, or in two cells.
  it('inserts one cell above the active one, and goes there', () => {
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
  it('inserts below a text cell, so that a heading stays on top', () => {
    panel.notebook.insertCell(0, { cell_type: 'markdown', source: '# Tides' });
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources).toEqual(['# Tides', 'c1()', 'first()', 'second()']);
    expect(panel.content.activeCellIndex).toBe(1);
  });

  // Guards against an empty cell that stays above or below the code.
  it('fills the active cell where it is empty', () => {
    panel = new FakePanel('a.ipynb', 'python3', ['']);
    makeNotebooks(panel).insert(withCode('one', 'c1()'), 'connect');
    expect(panel.sources).toEqual(['c1()']);
  });

  // Guards against the stray cells that repeated clicks make elsewhere.
  it('inserts the same code once, however often it is asked', () => {
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

  // Guards against overwriting what a person wrote in our cell.
  it('leaves a cell alone that was rewritten', () => {
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

  // Guards against an insertion that cannot be taken back.
  it('can be undone', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    panel.notebook.undo();
    expect(panel.sources).toEqual(['first()', 'second()']);
  });

  // Guards against the create code and the connect code side by side.
  it('replaces the connect code by the create code', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    notebooks.insert(withCode('one', 'c1()'), 'create');
    expect(panel.sources).toEqual(['create()', 'first()', 'second()']);
  });

  // Guards against a stray cell that a drop leaves behind.
  it('lets a dropped cell take the place of the earlier one', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    const cell = markedCell({ cluster_id: 'one', code: 'c1()' });
    panel.notebook.insertCell(2, cell);
    const used: any[] = [];
    notebooks.used.connect((_, use) => void used.push(use));
    notebooks.dropped(panel.node, cell.id);
    expect(panel.sources).toEqual(['first()', 'c1()', 'second()']);
    expect(panel.content.activeCellIndex).toBe(1);
    expect(used).toEqual([{ id: 'one', panel }]);
  });

  // Guards against the loss of what a person wrote into our cell.
  it('keeps an earlier cell to which something was added', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect');
    panel.notebook.cells[0].setSource('c1()\nmine()');
    const cell = markedCell({ cluster_id: 'one', code: 'c1()' });
    panel.notebook.insertCell(3, cell);
    notebooks.dropped(panel.node, cell.id);
    expect(panel.sources).toHaveLength(4);
  });

  // Guards against interrupting a person who types elsewhere.
  it('does not take the focus where it must not', () => {
    notebooks.insert(withCode('one', 'c1()'), 'connect', { focus: false });
    expect(panel.sources[0]).toBe('c1()');
    expect(panel.content.activated).toBe(0);
  });

  // Guards against a silent nothing.
  it.each([
    ['no notebook is open', null, 'c1()', 'No notebook is open'],
    ['the cluster cannot be used yet', 'python3', null, 'Wait until'],
    ['the notebook is of another language', 'ir', 'c1()', 'in r']
  ])('refuses when %s, and says why', (_, kernel, connect, words) => {
    const target = kernel ? new FakePanel('a.ipynb', kernel, ['x']) : null;
    const result = makeNotebooks(target).insert(
      withCode('one', connect),
      'connect'
    );
    expect(result.inserted).toBe(false);
    expect((result as any).reason).toContain(words);
    expect(target?.sources ?? ['x']).toEqual(['x']);
  });

  // Guards against code in whatever notebook one has gone on to.
  it('inserts in the notebook it is told, whatever is in front by then', () => {
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

  // Guards against "no notebook is open" beside an open one, and against code
  // in a notebook that it was not meant for.
  it('says that the launching notebook is closed, where another is open', () => {
    const closed = new FakePanel('b.ipynb', 'python3', ['x']);
    closed.isDisposed = true;
    const result = notebooks.insert(withCode('one', 'c1()'), 'connect', {
      panel: closed as any
    });
    expect((result as any).reason).toBe(
      'The notebook that this cluster was launched from is closed. Insert the code in another one, or copy it.'
    );
    expect(panel.sources).toEqual(['first()', 'second()']);
  });

  // Guards against writing where saving is not possible.
  it('refuses a read-only notebook', () => {
    panel.content.model.readOnly = true;
    const result = notebooks.insert(withCode('one', 'c1()'), 'connect');
    expect((result as any).reason).toContain('read-only');
    expect(panel.sources).toEqual(['first()', 'second()']);
  });

  // Guards against a first use that nobody was told of.
  it('tells of a use when code is inserted, and before its cell runs', () => {
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

  // Guards against a picker that shows yesterday's kernel.
  it('tells the kernel of the current notebook, and when it changes', () => {
    expect(notebooks.current).toEqual({
      path: 'work/a.ipynb',
      name: 'a.ipynb',
      kernelName: 'python3',
      language: 'python'
    });
    let told = 0;
    notebooks.changed.connect(() => void told++);
    panel.sessionContext.session.kernel.name = 'analysis';
    panel.sessionContext.kernelChanged.emit();
    expect(told).toBe(1);
    expect(notebooks.current!.kernelName).toBe('analysis');
  });
});
