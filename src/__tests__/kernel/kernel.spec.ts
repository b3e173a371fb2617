import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../../commands/ids';
import { addHabitCommands, followKernels } from '../../kernel';
import {
  FakeClusters,
  FakeNotebookPanel,
  FakeNotebooks,
  makeCluster,
  makeUsage,
  trans
} from '../fakes';

const NOTEBOOK = { notebook: 'work/tides.ipynb' };
const CODE = 'client = Client(1)';

/** Wait until all replies have arrived. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.resolve();
  }
}

describe('a notebook that follows its kernel', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let notebooks: FakeNotebooks;
  let panel: any;
  /** The code that ran in the kernel. */
  let codes: string[];
  /** How many cells ran in the kernel. */
  let count: number;
  let reply: object;

  beforeEach(() => {
    clusters = new FakeClusters();
    commands = new CommandRegistry();
    notebooks = new FakeNotebooks();
    panel = new FakeNotebookPanel();
    notebooks.panels = [panel];
    notebooks.cell = { index: 0, clusterId: 'one', code: CODE };
    clusters.put(makeCluster());
    codes = [];
    count = 0;
    reply = { status: 'ok' };
    const app: any = { commands };
    addHabitCommands({ app, clusters, notebooks, trans });
    followKernels({ clusters, notebooks, trans });
  });

  afterEach(() => {
    Notification.dismiss();
    Dialog.flush();
  });

  const start = async (language = 'python'): Promise<void> => {
    const kernel = {
      info: Promise.resolve({ language_info: { name: language } }),
      requestExecute: (content: any) => {
        expect(content).toMatchObject({ silent: true, store_history: false });
        codes.push(content.code);
        return {
          done: Promise.resolve({
            content: content.code
              ? reply
              : { status: 'ok', execution_count: count }
          })
        };
      }
    };
    panel.sessionContext.session = { kernel };
    panel.sessionContext.kernelChanged.emit({ newValue: kernel });
    await settle();
  };
  const shutDown = async (): Promise<void> => {
    const { session } = panel.sessionContext;
    panel.sessionContext.session = null;
    panel.sessionContext.sessionChanged.emit({
      oldValue: session,
      newValue: null
    });
    await settle();
  };
  const toggle = (id: string): Promise<void> => commands.execute(id, NOTEBOOK);
  const stops = (): unknown[] =>
    clusters.calls.filter(([name]) => name === 'stop').map(call => call[1]);

  // Guards against code that runs, and clusters that stop, unasked.
  it('does nothing by default', async () => {
    await start();
    await shutDown();
    expect(codes).toEqual([]);
    expect(stops()).toEqual([]);
    expect(commands.isToggled(CommandIDs.toggleConnect, NOTEBOOK)).toBe(false);
    expect(commands.isToggled(CommandIDs.toggleStop, NOTEBOOK)).toBe(false);
  });

  // Guards against NameError in the first cell after a restart.
  it('connects each new kernel', async () => {
    await toggle(CommandIDs.toggleConnect);
    expect(commands.isToggled(CommandIDs.toggleConnect, NOTEBOOK)).toBe(true);
    await start();
    await start();
    expect(codes).toEqual(['', CODE, '', CODE]);
    panel.sessionContext.statusChanged.emit('autorestarting');
    panel.sessionContext.statusChanged.emit('starting');
    panel.sessionContext.statusChanged.emit('idle');
    panel.sessionContext.statusChanged.emit('idle');
    await settle();
    expect(codes).toHaveLength(6);
    await toggle(CommandIDs.toggleConnect);
    await start();
    expect(codes).toHaveLength(6);
  });

  // Guards against another client in a kernel that computes with its own, and
  // against Python in R.
  it('leaves kernels alone that have run cells, or have no Python', async () => {
    await toggle(CommandIDs.toggleConnect);
    count = 3;
    await start();
    expect(codes).toEqual(['']);
    await start('R');
    expect(codes).toEqual(['']);
  });

  // Guards against an error in each kernel of a notebook of yesterday.
  it('does not connect to a cluster that has stopped', async () => {
    await toggle(CommandIDs.toggleConnect);
    clusters.put(makeCluster({ state: 'closed' }));
    await start();
    expect(codes).toEqual([]);
  });

  // Guards against a notebook that is not connected, without a word.
  it('says why it could not connect', async () => {
    await toggle(CommandIDs.toggleConnect);
    reply = { status: 'error', ename: 'OSError', evalue: 'Timed out' };
    await start();
    expect(Notification.manager.notifications[0].message).toBe(
      'tides.ipynb could not connect to Local 1 when its kernel started. OSError: Timed out'
    );
  });

  // Guards against a cluster that is not used any more.
  it('stops the cluster with the kernel', async () => {
    await toggle(CommandIDs.toggleStop);
    await start();
    await shutDown();
    expect(stops()).toEqual(['one']);
  });

  // Guards against results that are lost with a kernel.
  it('asks first where something would be lost', async () => {
    await toggle(CommandIDs.toggleStop);
    clusters.put(
      makeCluster({ usage: makeUsage({ tasks: 2, done: 2, held: 2 }) })
    );
    await start();
    await shutDown();
    expect(stops()).toEqual([]);
    expect(document.querySelector('.jp-Dialog')!.textContent).toContain(
      '2 results are held on the cluster'
    );
  });

  // Guards against a cluster that stops under another notebook, or on a change
  // of the kernel, or when the notebook is closed.
  it('stops nothing that goes on', async () => {
    await toggle(CommandIDs.toggleStop);
    await start();
    const { session } = panel.sessionContext;
    const changed = { oldValue: session, newValue: null };
    panel.sessionContext.sessionChanged.emit(changed); // and it is there again
    await settle();
    panel.sessionContext.isDisposed = true;
    await shutDown();
    panel.sessionContext.isDisposed = false;
    notebooks.panels = [panel, new FakeNotebookPanel('other.ipynb')];
    panel.sessionContext.sessionChanged.emit(changed);
    await settle();
    expect(stops()).toEqual([]);
  });
});
