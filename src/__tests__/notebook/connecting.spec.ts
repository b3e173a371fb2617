import { insertCode, replaceByDropped } from '../../notebook/cell';
import { markedCell } from '../../notebook/mark';
import {
  clusterOf,
  connectingCell,
  connectingSource
} from '../../notebook/connecting';
import { hasStopped } from '../../notebook/stopped';
import { FakeClusters, FakeNotebookPanel, makeCluster } from '../fakes';

describe('the cell that connects', () => {
  let panel: any;

  beforeEach(() => {
    panel = new FakeNotebookPanel();
    Object.assign(panel.content, {
      activeCellIndex: 0,
      deselectAll: () => undefined
    });
    panel.notebook.insertCell(0, { cell_type: 'code', source: 'mine()' });
  });

  const insert = (id: string, name: string, changes = {}): void =>
    void insertCode(panel, {
      ...{ cluster_id: id, name },
      code: `cluster, client = connect("${name}")\nclient`,
      ...changes
    });
  const edit = (source: string): void =>
    panel.notebook.cells[0].setSource(source);

  // Guards against a cell without a bar although the toolbar says Stopped.
  it('is found by its mark after the user has edited it', () => {
    insert('one', 'Tides');
    edit('cluster, client = connect("Tides")');
    const cell = connectingCell(panel, null)!;
    expect(cell).toMatchObject({ index: 0, clusterId: 'one' });
    const clusters = new FakeClusters();
    expect(hasStopped(cell, clusters)).toBe(true);
    clusters.put(makeCluster({ id: 'two', name: 'Tides' }));
    expect(hasStopped(cell, clusters)).toBe(false);
    clusters.put(makeCluster({ id: 'two', name: 'Tides', state: 'closed' }));
    clusters.put(makeCluster({ id: 'six', name: 'Waves' }));
    // What the user wrote counts, as in the toolbar.
    edit('cluster, client = connect("Waves")');
    expect(hasStopped(connectingCell(panel, null)!, clusters)).toBe(false);
  });

  // Guards against a bar that stays above a cell which the notebook uses no more.
  it('is one: code for another cluster in a new cell takes its place', () => {
    insert('one', 'Tides');
    edit('cluster, client = connect("Tides", launch=True)');
    panel.content.activeCellIndex = 1;
    insert('two', 'Waves');
    expect(panel.notebook.cells).toHaveLength(3);
    expect(connectingCell(panel, null)).toMatchObject({
      ...{ index: 1, clusterId: 'two' }
    });
    expect(clusterOf(panel)).toBe('two');
  });

  // Guards against a toolbar and Stop that keep the cluster before, whose cell the
  // user has edited, while the saved request is that of the dropped one.
  it('is the one that was dropped below an edited one', () => {
    insert('one', 'Tides');
    edit('cluster, client = connect("Tides", launch=True)');
    const code = 'connect("Waves")';
    const cell = markedCell({ cluster_id: 'two', name: 'Waves', code });
    panel.notebook.insertCell(2, cell);
    replaceByDropped(panel, cell.id, null);
    expect(panel.notebook.cells).toHaveLength(3);
    expect(clusterOf(panel)).toBe('two');
  });

  // Guards against the same where the next launch rewrites code that created.
  it('is the one that was updated below an edited one', () => {
    insert('one', 'Tides');
    edit('cluster, client = connect("Tides", launch=True)');
    panel.content.activeCellIndex = 1;
    insert('two', 'Waves', { creates: true });
    insert('six', 'Winds');
    expect(panel.notebook.cells).toHaveLength(3);
    expect(connectingCell(panel, null)).toMatchObject({
      ...{ index: 1, clusterId: 'six' }
    });
  });

  // Guards against a bar above code that connects to nothing.
  it('is none, for a bar, if nothing that connects is left in it', () => {
    insert('one', 'Tides');
    edit('x = 1');
    expect(connectingCell(panel, null)).toBeNull();
    expect(clusterOf(panel)).toBe('one');
    edit('client = Client("tcp://10.0.0.2:8786")');
    expect(connectingCell(panel, null)).toMatchObject({ clusterId: 'one' });
  });

  // Guards against a bar above the import, and a name that is not found.
  it('is the part with the call of a cell that was split', () => {
    insert('one', 'Tides');
    const [cell] = panel.notebook.cells;
    const { metadata } = cell.toJSON();
    panel.notebook.insertCell(0, {
      ...{ cell_type: 'code', metadata },
      source: 'from jupyter_cluster_launcher import connect'
    });
    cell.setSource('cluster, client = connect("Tides")\nclient.amm');
    expect(connectingCell(panel, null)).toMatchObject({ index: 1 });
    expect(connectingSource(panel, null)).toContain('connect("Tides")');
  });

  // Guards against a notebook whose cluster is forgotten for code that creates one.
  it('stays if the new cell only creates a cluster', () => {
    insert('one', 'Tides');
    edit('cluster, client = connect("Tides", launch=True)');
    panel.content.activeCellIndex = 1;
    insert('two', 'Waves', { creates: true });
    expect(clusterOf(panel)).toBe('one');
  });

  // Guards against a cell of a colleague that is rewritten, removed, or stopped,
  // while JupyterLab does not know yet who the user is.
  it('is of no known user, while a shared notebook has no user yet', () => {
    panel.content.model.collaborative = true;
    insert('one', 'Tides', { user: 'ada' });
    expect(clusterOf(panel, 'ada')).toBe('one');
    expect(clusterOf(panel, null)).toBeNull();
    expect(connectingCell(panel, null)).toBeNull();
    insert('two', 'Waves');
    expect(panel.notebook.cells).toHaveLength(3);
    expect(clusterOf(panel, null)).toBe('two');
    const cell = markedCell({ cluster_id: 'six', name: 'Six', code: 'c6()' });
    panel.notebook.insertCell(0, cell);
    replaceByDropped(panel, cell.id, null);
    expect(clusterOf(panel, 'ada')).not.toBeNull();
    const text = JSON.stringify(panel.notebook.toJSON());
    expect(text).toContain('Tides');
    // Alone, there is no other user.
    panel.content.model.collaborative = false;
    panel.notebook.deleteCell(0);
    expect(clusterOf(panel, null)).toBe('one');
  });
});
