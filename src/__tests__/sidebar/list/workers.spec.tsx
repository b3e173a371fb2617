import { act, fireEvent, within } from '@testing-library/react';
import { CommandIDs } from '../../../commands/ids';
import { IWorker } from '../../../tokens';
import { makeCluster, makeWorkers, makeWorker } from '../../fakes';
import {
  expand,
  IScreen,
  lastCall,
  renderSidebar,
  rowOf,
  settle
} from '../../render';

const dialog = jest.fn();
jest.mock('@jupyterlab/apputils', () => ({
  ...jest.requireActual('@jupyterlab/apputils'),
  showDialog: (...args: unknown[]) => dialog(...args)
}));

beforeEach(() => {
  jest.useFakeTimers();
  dialog.mockReset();
});
afterEach(() => jest.useRealTimers());

/** Render a row with these workers and unfold its details. */
async function unfold(...workers: Partial<IWorker>[]): Promise<IScreen> {
  const screen = await renderSidebar(({ clusters, commands }) => {
    clusters.put(makeCluster());
    clusters.workersResponse = {
      workers: workers.map(worker => makeWorker(worker)),
      dead: []
    };
    commands.addCommand(CommandIDs.showLogs, { execute: () => undefined });
  });
  expect(lastCall(screen, 'workers')).toBeUndefined();
  await expand(screen, 'details');
  return screen;
}

describe('the workers of a cluster', () => {
  // Guards against one bad worker that is hidden in the sums of all.
  it('are listed with their memory and what is wrong, the troubled first', async () => {
    const screen = await unfold(
      { tasks: 1, results: 3 },
      {
        ...{ id: 'tls://b', name: '1', state: 'paused' },
        ...{ memory: 2 * 1024 ** 3, spilled: 1024 ** 3 }
      }
    );
    const list = rowOf(screen).getByRole('list', { name: /^Workers/ });
    const [first, second] = within(list).getAllByRole('listitem');
    expect(first.textContent).toBe(
      '1paused: its memory is full · 2 of 2 GiB · CPU 50% · 1 GiB spilled to disk'
    );
    expect(second.textContent).toBe(
      '01.1 of 2 GiB · CPU 50% · 1 task · 3 results'
    );
    const wrong = list.querySelectorAll('.jp-ClusterLauncher-bad');
    expect([...wrong].map(node => node.textContent)).toEqual([
      'paused: its memory is full',
      '1 GiB spilled to disk'
    ]);
  });

  // Guards against an outdated list, and requests while nothing changes.
  it('are fetched again when the cluster has changed', async () => {
    const screen = await unfold({});
    const count = (): number =>
      screen.clusters.calls.filter(([name]) => name === 'workers').length;
    await settle();
    expect(count()).toBe(1);
    await act(async () => screen.clusters.put(makeCluster({ cores: 3 })));
    await settle();
    expect(count()).toBe(2);
  });

  // Guards against a hung worker for which the whole cluster has to stop.
  it('can be restarted one by one', async () => {
    const screen = await unfold({});
    const button = (): HTMLButtonElement =>
      rowOf(screen).getByRole('button', {
        name: 'Restart worker 0 of Local 1'
      }) as HTMLButtonElement;
    let restarted: () => void = () => undefined;
    jest
      .spyOn(screen.clusters, 'restartWorker')
      .mockReturnValue(new Promise(resolve => (restarted = resolve)));
    fireEvent.click(button());
    await settle();
    expect(dialog).not.toHaveBeenCalled();
    expect(screen.clusters.restartWorker).toHaveBeenCalledWith(
      'one',
      'tls://127.0.0.1:40001'
    );
    rowOf(screen).getByText('restarting…');
    expect(button().disabled).toBe(true);
    await act(async () => restarted());
    await settle();
    expect(button().disabled).toBe(false);
  });

  // Guards against results that are lost without a question, and silence.
  it('ask before a restart that costs something, and say why it failed', async () => {
    const screen = await unfold({});
    // Since the worker was listed.
    const worker = makeWorker({ tasks: 2, results: 1 });
    screen.clusters.workersResponse = { workers: [worker], dead: [] };
    const restart = async (accept: boolean): Promise<void> => {
      dialog.mockResolvedValue({ button: { accept } });
      fireEvent.click(
        rowOf(screen).getByRole('button', { name: /^Restart worker 0/ })
      );
      await settle();
    };
    await restart(false);
    expect(dialog.mock.calls[0][0].body).toBe(
      'The 2 tasks that it runs start again. The result that it holds is computed again. Data that was scattered to it is lost.'
    );
    expect(lastCall(screen, 'restartWorker')).toBeUndefined();
    screen.clusters.errors.restartWorker = 'This worker is no longer there.';
    await restart(true);
    rowOf(screen).getByText('This worker is no longer there.');
  });

  // Guards against a button that ends a worker for good.
  it('say when there is no nanny to restart them', async () => {
    const screen = await unfold({ restartable: false });
    rowOf(screen).getByText(/^Workers without a nanny/);
    expect(
      rowOf(screen).queryByRole('button', { name: /^Restart/ })
    ).toBeNull();
  });

  // Guards against a sidebar that is frozen by a thousand workers.
  it('are few until the user wants all', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      id: `tls://${index}`,
      name: String(index),
      host: `node${index % 2}`
    }));
    const screen = await unfold(...many);
    const count = (): number =>
      within(
        rowOf(screen).getByRole('list', { name: /^Workers/ })
      ).getAllByRole('listitem').length;
    expect(count()).toBe(12);
    rowOf(screen).getAllByText('node1');
    fireEvent.click(rowOf(screen).getByText('Show all 30 workers'));
    expect(count()).toBe(30);
  });

  // Guards against workers that die without a trace.
  it('stay when they died, with the reason and the log', async () => {
    const screen = await unfold();
    screen.clusters.workersResponse = {
      workers: [],
      dead: [
        {
          ...{ id: 'tls://c', name: '4', when: '2030-01-01T12:00:00Z' },
          reason: 'Killed: it used more than 95% of its memory.'
        }
      ]
    };
    const workers = {
      ...makeWorkers({ requested: 2, ready: 2, failed: 3, killed: 1, died: 3 })
    };
    await act(async () => screen.clusters.put(makeCluster({ workers })));
    await settle();
    rowOf(screen).getByText('1 worker killed: out of memory · 2 workers died');
    rowOf(screen).getByText(/^Killed: it used more than 95%/);
    fireEvent.click(
      rowOf(screen).getByRole('button', { name: 'Log of worker 4 of Local 1' })
    );
    expect(screen.executed).toEqual([
      [CommandIDs.showLogs, { id: 'one', source: 'worker tls://c' }]
    ]);
  });
});
