import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../../commands/ids';
import {
  FakeClusters,
  FakeNotebooks,
  makeCluster,
  makeWorkers
} from '../fakes';
import { makeCommands } from '../fakes/commands';

/** A notebook whose cell was changed to launch a cluster by its name. */
const NOTEBOOK = {
  ...{ path: 'a.ipynb', name: 'a.ipynb', kernelName: 'python3' },
  ...{ language: 'python', clusterId: 'old' }
};

describe('Stop', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let notebooks: FakeNotebooks;

  beforeEach(() => {
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    commands = makeCommands(clusters, notebooks);
  });

  afterEach(() => {
    Notification.dismiss();
    Dialog.flush();
  });

  const stopped = (): unknown[] =>
    clusters.calls.filter(([name]) => name === 'stop').map(call => call[1]);
  /** Wait until a dialog is rendered, which React does later. */
  const turn = (): Promise<void> =>
    new Promise(resolve => setTimeout(resolve, 20));
  /** Run the command, and cancel what it asks; that is returned. */
  const ask = async (args = {}): Promise<string> => {
    const done = commands.execute(CommandIDs.stop, args);
    await turn();
    const dialog = document.querySelector('.jp-Dialog');
    const text = dialog?.textContent ?? '';
    dialog?.querySelector<HTMLElement>('.jp-mod-reject')!.click();
    await done;
    return text;
  };

  // Guards against a click that dismisses the row of the cluster before, while the
  // one that the notebook uses runs on; and a question about what the toolbar knows.
  it.each([['closed'], ['gone']])(
    'takes the cluster that the notebook finds by its name, the old one is %s',
    async state => {
      if (state === 'closed') {
        clusters.put(makeCluster({ id: 'old', name: 'Tides', state }));
      }
      clusters.put(makeCluster({ id: 'new', name: 'Tides' }));
      clusters.put(makeCluster({ id: 'other', name: 'Waves' }));
      notebooks.cell = {
        ...{ index: 0, clusterId: 'old' },
        code: 'cluster, client = connect("Tides", launch=True)'
      };
      notebooks.select(NOTEBOOK);
      expect(await ask()).toBe('');
      expect(stopped()).toEqual(['new']);
    }
  );

  // Guards against a click that stops the cluster of a notebook behind a script.
  it('asks for the cluster while something else is in front', async () => {
    clusters.put(makeCluster({ id: 'old' }));
    clusters.put(makeCluster({ id: 'other', name: 'Waves' }));
    notebooks.select(NOTEBOOK);
    notebooks.panel = null; // as with a script
    expect(await ask()).toContain('Select a cluster');
    expect(stopped()).toEqual([]);
  });

  // Guards against "Stop" that dismisses a row with its reason and logs, or that
  // stops the cluster of another notebook instead.
  it.each(['closed', 'failed', 'lost'] as const)(
    'does not dismiss the cluster of the notebook, which is %s',
    async state => {
      clusters.put(makeCluster({ id: 'old', state }));
      notebooks.select(NOTEBOOK);
      expect(commands.label(CommandIDs.stop)).toBe('Stop Cluster');
      expect(await ask()).toBe('');
      const [{ message }] = Notification.manager.notifications;
      expect(message).toBe('No running Dask cluster.');
      clusters.put(makeCluster({ id: 'other', name: 'Waves' }));
      expect(await ask()).toContain('Select a cluster');
      notebooks.select(null);
      expect(stopped()).toEqual([]);
      expect(await ask({ id: 'old' })).toBe('');
      expect(stopped()).toEqual(['old']); // Its row says "Dismiss" or "Clean up".
    }
  );

  // Guards against a wrong click that takes the cluster from other notebooks.
  it('asks if more than one open notebook uses the cluster', async () => {
    clusters.put(makeCluster());
    notebooks.usersOf.one = ['a.ipynb', 'b.ipynb'];
    expect(await ask({ id: 'one' })).toContain(
      '2 open notebooks use it: a.ipynb, b.ipynb.'
    );
    expect(stopped()).toEqual([]);
    notebooks.usersOf.one = ['a.ipynb'];
    expect(await ask({ id: 'one' })).toBe('');
    expect(stopped()).toEqual(['one']);
  });

  // Guards against a number of jobs that the user has never had.
  it.each([
    ['jobs', 2, 'Its 2 jobs will be canceled'],
    ['workers', 2, 'Its 2 jobs will be canceled'],
    ['workers', 0, '']
  ] as const)('counts %s that are not ended: %d', async (unit, open, words) => {
    const job = (id: number, state: string, exit_code: string | null): any => ({
      ...{ id: String(id), state, reason: '', exit_code }
    });
    const ended = [job(1, 'TIMEOUT', '0:0'), job(2, 'GONE', null)];
    const running = [job(4, 'RUNNING', null), job(5, 'PENDING', null)];
    const jobs = [
      ...ended,
      job(3, 'FAILED', '1:0'),
      ...running.slice(2 - open)
    ];
    const workers = makeWorkers({ requested: open, ready: open });
    clusters.put(makeCluster({ unit, jobs, workers, usage: null }));
    const text = await ask({ id: 'one' });
    expect(text).toContain(words);
    expect(text === '').toBe(words === '');
  });
});
