import { act, fireEvent, screen } from '@testing-library/react';
import { Signal } from '@lumino/signaling';
import { CommandRegistry } from '@lumino/commands';
import { PanelLayout, Widget } from '@lumino/widgets';
import { CommandIDs } from '../../commands/ids';
import { showStoppedBars } from '../../notebook/stopped';
import { FakeClusters, FakeNotebooks, makeCluster, trans } from '../fakes';

const TEXT = "This cell's cluster has stopped";

describe('the bar of a cell whose cluster has stopped', () => {
  let cell: Widget;
  let clusters: FakeClusters;
  let notebooks: FakeNotebooks;
  let executed: [string, any][];

  beforeEach(async () => {
    cell = new Widget();
    cell.layout = new PanelLayout();
    Widget.attach(cell, document.body);
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    notebooks.cell = { index: 0, clusterId: 'one', code: 'client = Client()' };
    const cells = { changed: new Signal<object, any>({}) };
    notebooks.panels = [
      {
        content: { model: { cells }, widgets: [cell] },
        disposed: new Signal<object, any>({})
      }
    ];
    const commands = new CommandRegistry();
    executed = [];
    for (const id of [CommandIDs.launchAgain, CommandIDs.insert]) {
      commands.addCommand(id, {
        execute: args => void executed.push([id, args])
      });
    }
    clusters.put(makeCluster());
    await act(async () =>
      showStoppedBars({ clusters, commands, notebooks, trans })
    );
  });

  afterEach(() => cell.dispose());

  const put = (changes: Parameters<typeof makeCluster>[0]): Promise<void> =>
    act(async () => clusters.put(makeCluster(changes)));

  // Guards against a cell that fails without a word, and a bar that stays.
  it('is shown from its end until it has another one', async () => {
    expect(screen.queryByText(TEXT)).toBeNull();
    await put({ state: 'closed' });
    screen.getByText(TEXT);
    await act(async () => clusters.remove('one'));
    expect(screen.getAllByText(TEXT)).toHaveLength(1);
    await act(async () => {
      notebooks.cell = { index: 0, clusterId: 'two', code: 'c2()' };
      clusters.put(makeCluster({ id: 'two' }));
    });
    expect(screen.queryByText(TEXT)).toBeNull();
  });

  // Guards against buttons that act on another cluster.
  it('launches that cluster again, or lets the user pick another', async () => {
    await put({
      state: 'failed',
      again: { options: {}, change: '', workers: null, field: '' }
    });
    await act(
      async () => void fireEvent.click(screen.getByText('Launch again'))
    );
    await act(
      async () => void fireEvent.click(screen.getByText('Use another'))
    );
    expect(executed).toEqual([
      [CommandIDs.launchAgain, { id: 'one' }],
      [CommandIDs.insert, {}]
    ]);
  });

  // Guards against a launch that is not what the button says, and "stopped" of a
  // cluster whose jobs may go on.
  it('says what a launch changes, and that a cluster cannot be reached', async () => {
    const change = 'with 4 GB per worker';
    const again = { options: {}, change, workers: null, field: '' };
    await put({ state: 'lost', again });
    screen.getByText("This cell's cluster cannot be reached");
    screen.getByRole('button', { name: `Launch again ${change}` });
  });

  // Guards against a button for a scheduler that somebody else has started.
  it('does not launch what was joined', async () => {
    await put({ state: 'closed', joined: true, again: null });
    screen.getByText('Use another');
    expect(screen.queryByText('Launch again')).toBeNull();
  });

  // Guards against a bar above code that works: it launched the cluster itself.
  it('is not shown if the code finds a cluster of the same name', async () => {
    notebooks.cell!.code = 'cluster, client = connect("Local 1")';
    await put({ state: 'closed' });
    screen.getByText(TEXT);
    await put({ id: 'two', state: 'starting' });
    expect(screen.queryByText(TEXT)).toBeNull();
  });

  // Guards against a bar in every notebook while the server restarts.
  it('is not shown while the list is not known', async () => {
    await act(async () => {
      clusters.clusters = [];
      clusters.setStatus('unreachable', 'No answer.');
    });
    expect(screen.queryByText(TEXT)).toBeNull();
  });
});
