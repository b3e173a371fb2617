import { Clipboard, Dialog, Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { addCommands, CommandIDs } from '../../commands';
import { FakeClusters, FakeNotebooks, makeCluster } from '../fakes';

/** Press a button of the dialog on the screen. */
async function press(label: string): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 0));
  const button = [...document.querySelectorAll('.jp-Dialog button')].find(
    node => node.textContent === label
  );
  (button as HTMLButtonElement).click();
}

describe('commands', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let notebooks: FakeNotebooks;

  beforeEach(() => {
    clusters = new FakeClusters();
    commands = new CommandRegistry();
    notebooks = new FakeNotebooks();
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addCommands({
      app,
      clusters,
      hasTabs: true,
      notebooks,
      translator: nullTranslator
    });
  });

  afterEach(() => {
    Notification.dismiss();
    Dialog.flush();
  });

  const stops = (): unknown[] =>
    clusters.calls.filter(([name]) => name === 'stop');

  // Guards against commands that a screen reader or a toolbar cannot name.
  it('each have a label, a caption and a description of arguments', async () => {
    for (const id of commands.listCommands()) {
      expect(commands.label(id)).not.toBe('');
      expect(commands.caption(id)).not.toBe('');
      expect((await commands.describedBy(id)).args).not.toBeNull();
    }
  });

  // Guards against a dialog before each stop, which nobody reads any more.
  it('stop an unused cluster at once', async () => {
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.stop, { id: 'one' });
    expect(stops()).toEqual([['stop', 'one', undefined]]);
  });

  // Guards against results that are lost with a slip of the mouse.
  it('ask before they stop a cluster that holds tasks', async () => {
    const usage = { cpu: 1, memory: 1, tasks: 7 };
    clusters.put(makeCluster({ usage }));
    const stopped = commands.execute(CommandIDs.stop, { id: 'one' });
    await press('Cancel');
    await stopped;
    expect(stops()).toEqual([]);
  });

  // Guards against shutting down what others use.
  it.each([
    ['Leave it running', 'running', [['stop', 'one', { leave: true }]]],
    ['Shut it down', 'running', [['stop', 'one', { leave: false }]]],
    ['Cancel', 'running', []],
    ['Leave it running', 'lost', [['stop', 'one', { leave: true }]]],
    ['Cancel', 'failed', []]
  ] as const)(
    'ask about a joined cluster: %s',
    async (label, state, expected) => {
      clusters.put(makeCluster({ joined: true, state }));
      const stopped = commands.execute(CommandIDs.stop, { id: 'one' });
      await press(label);
      await stopped;
      expect(stops()).toEqual(expected);
    }
  );

  // Guards against an error that is only in the browser's console.
  it('tell what did not work', async () => {
    clusters.put(makeCluster());
    clusters.errors.stop = 'The cluster is being closed already.';
    await commands.execute(CommandIDs.stop, { id: 'one' });
    expect(Notification.manager.notifications[0].message).toBe(
      'The cluster is being closed already.'
    );
  });

  // Guards against a question where there is nothing to choose.
  it('take the only cluster there is', async () => {
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.insert);
    expect(notebooks.inserted).toEqual([['one', 'connect', {}]]);
  });

  // Guards against an insertion that fails without a way on.
  it('say why nothing was inserted, and offer to copy', async () => {
    clusters.put(makeCluster());
    notebooks.result = { inserted: false, reason: 'This is a notebook in R.' };
    await commands.execute(CommandIDs.insert, { id: 'one' });
    const [last] = Notification.manager.notifications;
    expect(last.message).toBe('This is a notebook in R.');
    expect(last.options.actions).toHaveLength(1);
  });

  // Guards against a copy of the wrong code.
  it('copy the code that is asked for', async () => {
    const copied: string[] = [];
    jest
      .spyOn(Clipboard, 'copyToSystem')
      .mockImplementation(text => void copied.push(text as string));
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.copy, { id: 'one' });
    await commands.execute(CommandIDs.copy, { id: 'one', kind: 'create' });
    expect(copied).toEqual(['client = Client(1)', 'cluster = LocalCluster()']);
  });

  // Guards against scripts and toolbars that cannot use the commands.
  it('scale, rename and keep running without asking', async () => {
    clusters.put(makeCluster());
    const id = 'one';
    await commands.execute(CommandIDs.scale, { id, workers: 4 });
    await commands.execute(CommandIDs.rename, { id, name: 'tides' });
    await commands.execute(CommandIDs.toggleKeepRunning, { id });
    expect(clusters.calls).toEqual([
      ['change', 'one', { workers: 4 }],
      ['change', 'one', { name: 'tides' }],
      ['change', 'one', { keep_running: true }]
    ]);
  });
});
