import { Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { Menu, Widget } from '@lumino/widgets';
import { CommandIDs } from '../../commands/ids';
import { ICluster } from '../../tokens';
import { ToolbarItem } from '../../toolbar/item';
import { notebookMenu } from '../../toolbar/menu';
import {
  FakeClusters,
  FakeNotebookPanel,
  FakeNotebooks,
  makeCluster,
  trans
} from '../fakes';

const CELL = { index: 0, clusterId: 'one', code: 'client = Client()' };

describe('the cluster of a notebook in its toolbar', () => {
  let clusters: FakeClusters;
  let item: ToolbarItem;
  let notebooks: FakeNotebooks;
  let opened: unknown[];
  let panel: any;

  beforeEach(() => {
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    panel = new FakeNotebookPanel();
    opened = [];
    item = new ToolbarItem(panel, {
      ...{ clusters, notebooks, trans },
      open: (_, of) => void opened.push(of)
    });
    Widget.attach(item, document.body);
  });

  afterEach(() => item.dispose());

  const button = (): HTMLButtonElement => item.node.querySelector('button')!;
  const put = (changes: Partial<ICluster> = {}): void =>
    clusters.put(makeCluster(changes));

  // Guards against a toolbar that says something else than the sidebar.
  it('follows the state', () => {
    expect(button().textContent).toBe('No cluster');
    expect(button().getAttribute('aria-label')).toBe(
      'Dask cluster of this notebook: none'
    );
    put({ state: 'starting' });
    notebooks.cell = CELL;
    notebooks.usersChanged.emit();
    expect(button().textContent).toBe('Local 1Starting');
    put();
    expect(button().textContent).toBe('Local 1Running');
    expect(button().getAttribute('aria-label')).toBe(
      'Dask cluster of this notebook: Local 1, Running, 2 workers'
    );
    put({ state: 'failed' });
    expect(button().textContent).toBe('Local 1Failed');
    clusters.remove('one');
    expect(button().textContent).toBe('ClusterStopped');
    notebooks.clusterName = 'Tides';
    notebooks.usersChanged.emit();
    expect(button().textContent).toBe('TidesStopped');
    expect(button().getAttribute('aria-label')).toBe(
      'Dask cluster of this notebook: Tides, Stopped'
    );
    notebooks.cell = null;
    panel.content.model.cells.changed.emit();
  });

  // Guards against an item that keeps the cluster of a deleted cell.
  it('follows the cells', async () => {
    put();
    notebooks.cell = CELL;
    await panel.context.ready;
    panel.content.model.cells.changed.emit();
    expect(button().textContent).toContain('Local 1');
    notebooks.cell = null;
    panel.content.model.cells.changed.emit();
    expect(button().textContent).toBe('No cluster');
  });

  // Guards against a notebook that seems to have no cluster while it has one.
  it('finds one that was launched since with the same name', () => {
    notebooks.cell = { ...CELL, code: 'cluster, client = connect("Local 1")' };
    put({ state: 'closed' });
    put({ id: 'two' });
    expect(button().textContent).toBe('Local 1Running');
  });

  // Guards against "Stopped" in each notebook while the server restarts.
  it('says nothing while the list is not known', () => {
    notebooks.cell = CELL;
    clusters.setStatus('unreachable', 'No answer.');
    expect(button().textContent).toBe('No cluster');
  });

  // Guards against a menu for another notebook, and a button without a role.
  it('opens the menu of its notebook', () => {
    expect(button().getAttribute('aria-haspopup')).toBe('menu');
    button().click();
    expect(opened).toEqual([panel]);
  });
});

describe('the menu of a notebook', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let executed: [string, any][];
  let notebooks: FakeNotebooks;
  let enabled: string[];
  const panel: any = new FakeNotebookPanel();

  beforeEach(() => {
    clusters = new FakeClusters();
    commands = new CommandRegistry();
    notebooks = new FakeNotebooks();
    executed = [];
    enabled = Object.values(CommandIDs);
    for (const id of Object.values(CommandIDs)) {
      commands.addCommand(id, {
        label: id.replace('cluster-launcher:', ''),
        isEnabled: () => enabled.includes(id),
        execute: args => void executed.push([id, args])
      });
    }
  });

  const menu = (): Menu =>
    notebookMenu(panel, { clusters, commands, notebooks, trans });
  const labels = (): string[] =>
    menu().items.map(({ label, type }) => (type === 'command' ? label : '-'));
  const run = (label: string): void => {
    const { command, commands } = menu().items.find(
      each => each.label === label
    ) as any;
    void menu().commands.execute(command);
    expect(commands).toBeUndefined();
  };

  // Guards against items that do nothing.
  it('offers to connect and to launch where there is no cluster', () => {
    enabled = enabled.filter(id => id !== CommandIDs.launchRequested);
    expect(labels()).toEqual([
      ...['launch-last', 'New Cluster…', '-'],
      ...['toggle-connect-on-start', 'toggle-stop-with-kernel']
    ]);
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', name: 'tides', state: 'starting' }));
    expect(labels()[0]).toBe('Connect to Local 1 (This computer, 2 workers)');
    run(labels()[0]);
    expect(notebooks.inserted).toEqual([['one', 'connect', { panel }]]);
  });

  // Guards against code in a second cell, and a stop of another cluster.
  it('works on its own cluster, and switches to another', () => {
    notebooks.cell = CELL;
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', name: 'This computer 2' }));
    expect(labels()).toEqual([
      'Connected to Local 1 (This computer, 2 workers)',
      'Switch to This computer 2 (2 workers)',
      ...['-', 'launch-requested', 'launch-last', 'New Cluster…', '-'],
      ...['open-dashboard', 'show-logs', 'stop', '-'],
      ...['toggle-connect-on-start', 'toggle-stop-with-kernel']
    ]);
    run('Switch to This computer 2 (2 workers)');
    expect(notebooks.inserted[0][0]).toBe('two');
    run('stop');
    run('launch-last');
    run('New Cluster…');
    expect(executed).toEqual([
      [CommandIDs.stop, { id: 'one' }],
      [CommandIDs.launchLast, { notebook: panel.path }],
      [CommandIDs.open, { form: true }]
    ]);
  });

  // Guards against a switch that does not show whether it is on.
  it('has check marks', () => {
    notebooks.cell = CELL;
    clusters.put(makeCluster());
    const opened = menu();
    opened.open(0, 0);
    const marked = opened.node.querySelectorAll('.lm-mod-toggled svg');
    expect(marked).toHaveLength(1);
    opened.dispose();
  });

  // Guards against a notebook whose cluster is gone, and no way to get it back.
  it('launches a cluster again that has stopped', () => {
    notebooks.cell = CELL;
    expect(labels()[0]).toBe('launch-again');
    run('launch-again');
    expect(executed).toEqual([[CommandIDs.launchAgain, { id: 'one' }]]);
    expect(Notification.manager.count).toBe(0);
  });
});
