import { Clipboard, Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { addCommands } from '../../commands';
import { CommandIDs } from '../../commands/ids';
import {
  FakeClusters,
  FakeNotebooks,
  makeCluster,
  makeUsage,
  trans
} from '../fakes';

/** Click a button of the open dialog. */
async function click(label: string): Promise<void> {
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
    addCommands({ app, clusters, trans }, notebooks, null);
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

  // Guards against a dialog for every stop, which users stop reading.
  it('stop an unused cluster immediately', async () => {
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.stop, { id: 'one' });
    expect(stops()).toEqual([['stop', 'one', undefined]]);
  });

  // Guards against results that are lost by an accidental click.
  it('confirm before they stop a cluster that holds tasks', async () => {
    const usage = makeUsage({ tasks: 7 });
    clusters.put(makeCluster({ usage }));
    const stopped = commands.execute(CommandIDs.stop, { id: 'one' });
    await click('Cancel');
    await stopped;
    expect(stops()).toEqual([]);
  });

  // Guards against stopping a cluster that other users use.
  it.each([
    ['Leave', 'running', [['stop', 'one', { leave: true }]]],
    ['Stop', 'running', [['stop', 'one', { leave: false }]]],
    ['Cancel', 'running', []],
    ['Leave', 'lost', [['stop', 'one', { leave: true }]]],
    ['Cancel', 'failed', []]
  ] as const)(
    'offer to leave a joined cluster: %s',
    async (label, state, expected) => {
      clusters.put(makeCluster({ joined: true, state }));
      const stopped = commands.execute(CommandIDs.stop, { id: 'one' });
      await click(label);
      await stopped;
      expect(stops()).toEqual(expected);
    }
  );

  // Guards against an error that is shown only in the browser console.
  it('notify the user of errors', async () => {
    clusters.put(makeCluster());
    clusters.errors.stop = 'The cluster is being closed already.';
    await commands.execute(CommandIDs.stop, { id: 'one' });
    expect(Notification.manager.notifications[0].message).toBe(
      'The cluster is being closed already.'
    );
  });

  // Guards against a dialog with only one choice.
  it('use the only cluster there is', async () => {
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.insert);
    expect(notebooks.inserted).toEqual([['one', 'connect', {}]]);
  });

  // Guards against a failed insertion without an alternative.
  it('explain why nothing was inserted, and offer to copy', async () => {
    clusters.put(makeCluster());
    notebooks.result = { inserted: false, reason: 'The notebook uses R.' };
    await commands.execute(CommandIDs.insert, { id: 'one' });
    const [last] = Notification.manager.notifications;
    expect(last.message).toBe('The notebook uses R.');
    expect(last.options.actions).toHaveLength(1);
  });

  // Guards against copying the wrong code.
  it('copy the requested code', async () => {
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
  it('scale, rename and keep running without a dialog', async () => {
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
