import { Signal } from '@lumino/signaling';
import { claim } from '../../notebook/cell';
import { CELL_METADATA, markedCell } from '../../notebook/mark';
import { Notebooks } from '../../notebook/notebooks';
import { ICluster } from '../../tokens';
import {
  FakeNotebookPanel,
  makeCluster,
  makeKernelspecs,
  makeTracker
} from '../fakes';

/** The window of a user with the notebook. */
interface IWindow {
  notebooks: Notebooks;
  /** Run a cell. */
  run: (cell: unknown) => void;
}

/** Open a notebook as a user. */
function open(panel: any, user: string): IWindow {
  const executionScheduled = new Signal<object, any>({});
  const tracker = makeTracker(panel);
  const notebooks = new Notebooks({
    ...{ executionScheduled, tracker },
    kernelspecs: makeKernelspecs(),
    shell: { activateById: () => undefined },
    user: () => user
  });
  const run = (model: unknown): void =>
    executionScheduled.emit({ notebook: panel.content, cell: { model } });
  return { notebooks, run };
}

function withCode(id: string, connect: string): ICluster {
  return makeCluster({ id, code: { create: '', connect } });
}

describe('a cell in a shared notebook from before it was shared', () => {
  let ada: IWindow;
  let bob: IWindow;
  let panel: any;

  beforeEach(() => {
    panel = new FakeNotebookPanel();
    panel.content.model.collaborative = true;
    Object.assign(panel.content, {
      activeCellIndex: 0,
      activate: () => undefined,
      deselectAll: () => undefined,
      scrollToItem: async () => undefined
    });
    const name = 'Tides';
    panel.notebook.insertCell(
      0,
      markedCell({ cluster_id: 'one', code: 'c1()', name })
    );
    ada = open(panel, 'ada');
    bob = open(panel, 'bob');
  });

  const sources = (): string[] =>
    panel.notebook.cells.map((cell: any) => cell.getSource());
  const cellWith = (source: string): any =>
    panel.notebook.cells.find((cell: any) => cell.getSource() === source);
  const owners = (): unknown[] =>
    [ada, bob].map(({ notebooks }) => notebooks.clusterOf(panel));

  // Guards against a new notebook with the code, whose toolbar shows no cluster.
  it('is the one of the user for whom it was made', () => {
    let changes = 0;
    ada.notebooks.usersChanged.connect(() => void changes++);
    ada.notebooks.claim(panel, panel.notebook.cells[0].id);
    expect(changes).toBe(1);
    expect(owners()).toEqual(['one', null]);
    bob.notebooks.claim(panel, panel.notebook.cells[0].id);
    expect(owners()).toEqual(['one', null]);
  });

  // Guards against a toolbar with the cluster of a colleague, and a launch that
  // rewrites the cell of that colleague.
  it('is the one of the user who runs it, not of each who opens it', () => {
    expect(owners()).toEqual([null, null]);
    bob.notebooks.insert(withCode('two', 'c2()'), 'connect');
    expect(sources()).toEqual(['c2()', 'c1()']);
    let changes = 0;
    ada.notebooks.usersChanged.connect(() => void changes++);
    ada.run(cellWith('c1()'));
    expect(changes).toBe(1);
    expect(owners()).toEqual(['one', 'two']);
    ada.notebooks.insert(withCode('six', 'c6()'), 'connect');
    expect(sources()).toEqual(['c2()', 'c6()']);
    expect(owners()).toEqual(['six', 'two']);
  });

  // Guards against a user whose own cell is forgotten after "Run All Cells".
  it('does not take the place of an own one', () => {
    bob.notebooks.insert(withCode('two', 'c2()'), 'connect');
    bob.run(cellWith('c1()'));
    expect(owners()).toEqual([null, 'two']);
    ada.run(cellWith('c1()'));
    bob.run(cellWith('c1()'));
    expect(owners()).toEqual(['one', 'two']);
  });

  // Guards against a change of a notebook that cannot be saved.
  it('stays as it is in a read-only notebook', () => {
    panel.content.model.readOnly = true;
    ada.run(cellWith('c1()'));
    expect(cellWith('c1()').getMetadata(CELL_METADATA).user).toBeUndefined();
  });

  // Guards against a cell that is removed, or loses its mark, with the first code
  // of somebody else.
  it.each(['drops', 'gets'])('stays when a user %s another one', how => {
    const dropped = markedCell({ cluster_id: 'two', name: '', code: 'c2()' });
    panel.notebook.insertCell(1, dropped);
    if (how === 'drops') {
      const cluster = withCode('two', 'c2()');
      void bob.notebooks.handleDrop(panel.node, dropped.id, cluster);
    } else {
      claim(panel, dropped.id, 'bob');
    }
    expect(sources()).toEqual(['c1()', 'c2()']);
    ada.run(cellWith('c1()'));
    expect(owners()).toEqual(['one', 'two']);
  });
});
