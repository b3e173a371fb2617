import { Clipboard, Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { addAgainCommand } from '../../commands/again';
import { CommandIDs } from '../../commands/ids';
import { ICluster } from '../../tokens';
import {
  contextOf,
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeCluster,
  makeUsage,
  trans
} from '../fakes';
import { makeCommands } from '../fakes/commands';

/** A notebook that uses no cluster. */
const NOTEBOOK = {
  path: 'a.ipynb',
  name: 'a.ipynb',
  kernelName: 'python3',
  language: 'python',
  clusterId: null
};

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
  const preferences = new FakePreferences();

  beforeEach(() => {
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    commands = makeCommands(clusters, notebooks);
  });

  afterEach(() => {
    Notification.dismiss();
    Dialog.flush();
  });

  const stops = (): unknown[] =>
    clusters.calls.filter(([name]) => name === 'stop');

  // Guards against a dialog for every stop, which users stop reading.
  it('stop an unused cluster immediately', async () => {
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.stop, { id: 'one' });
    expect(stops()).toEqual([['stop', 'one', undefined]]);
  });

  // Guards against a wrong click that cannot be undone, and against a message
  // after a stop that the user has confirmed.
  it('offer to launch again what they stopped without a question', async () => {
    const again = jest.fn();
    commands.addCommand(CommandIDs.launchAgain, { execute: again });
    clusters.put(makeCluster());
    await commands.execute(CommandIDs.stop, { id: 'one' });
    const [{ message, options }] = Notification.manager.notifications;
    expect(message).toBe('Local 1 was stopped.');
    options.actions![0].callback(new MouseEvent('click'));
    expect(again.mock.calls[0][0]).toMatchObject({ id: 'one' });
    Notification.dismiss();

    clusters.put(makeCluster({ state: 'failed' }));
    await commands.execute(CommandIDs.stop, { id: 'one' });
    clusters.put(makeCluster({ keep_running: true }));
    const stopped = commands.execute(CommandIDs.stop, { id: 'one' });
    await click('Stop');
    await stopped;
    expect(stops()).toHaveLength(3);
    expect(Notification.manager.notifications).toEqual([]);
  });

  // Guards against results, jobs and places in a queue that are lost by an
  // accidental click.
  it.each<[string, Partial<ICluster>, string]>([
    [
      'results',
      // Of 1000 inputs the results were needed no more, and one task failed.
      { usage: makeUsage({ tasks: 1043, done: 1040, held: 40, failed: 1 }) },
      '40 results are held on the cluster and will be lost. 2 tasks will not be finished.'
    ],
    [
      'jobs',
      { unit: 'jobs', usage: null },
      'Its 2 jobs will be canceled, and lose their place in the queue.'
    ],
    [
      'jobs that wait',
      {
        state: 'starting',
        jobs: [{ id: '7', state: 'PENDING', reason: '', exit_code: null }]
      },
      'Its job will be canceled, and loses its place in the queue.'
    ],
    [
      'workers of a gateway',
      { spent: { core_hours: 1, since: null, cost: null } },
      'You may have to wait for new workers when you launch again.'
    ],
    [
      'what was to be kept',
      { keep_running: true },
      'You chose to keep it running when Jupyter stops.'
    ]
  ])(
    'confirm before they stop a cluster with %s',
    async (_, changes, words) => {
      clusters.put(makeCluster(changes));
      const stopped = commands.execute(CommandIDs.stop, { id: 'one' });
      await new Promise(resolve => setTimeout(resolve, 0));
      expect(document.querySelector('.jp-Dialog')!.textContent).toContain(
        words
      );
      await click('Cancel');
      await stopped;
      expect(stops()).toEqual([]);
    }
  );

  // Guards against a question about a cluster that has lost everything already.
  it('dismiss a failed cluster immediately', async () => {
    const usage = makeUsage({ tasks: 7 });
    clusters.put(makeCluster({ state: 'failed', unit: 'jobs', usage }));
    await commands.execute(CommandIDs.stop, { id: 'one' });
    expect(stops()).toHaveLength(1);
  });

  // Guards against the code of a cluster in a notebook that has another one, and
  // a launch that loses what the end of the cluster asks for.
  it('launch a cluster again for the notebook that used it', async () => {
    const launched: unknown[] = [];
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addAgainCommand({
      ...{ app, clusters, notebooks, preferences, trans },
      launched: (cluster, panel) => void launched.push([cluster.id, panel])
    });
    notebooks.select(NOTEBOOK);
    expect(commands.isEnabled(CommandIDs.launchAgain)).toBe(false);
    const user = { context: contextOf('tides.ipynb') };
    notebooks.panels = [user];
    notebooks.cell = { index: 0, clusterId: 'one', code: 'c1()' };
    const again = {
      options: { memory: '4GB' },
      change: 'with 4 GB per worker',
      workers: null,
      field: ''
    };
    clusters.put(makeCluster({ state: 'failed', again }));
    await commands.execute(CommandIDs.launchAgain, { id: 'one' });
    await commands.execute(CommandIDs.launchAgain, { id: 'gone' });
    const fewer = { ...again, options: {}, workers: 2 };
    clusters.put(makeCluster({ id: 'two', state: 'failed', again: fewer }));
    await commands.execute(CommandIDs.launchAgain, { id: 'two' });
    const launches = clusters.calls.filter(([name]) => name === 'launch');
    expect(launches).toEqual([
      ['launch', { from: 'one', options: { memory: '4GB' } }],
      ['launch', { from: 'gone', options: {} }],
      ['launch', { from: 'two', options: {}, workers: 2 }]
    ]);
    expect(launched).toEqual([
      ['one', user],
      ['one', notebooks.panel],
      ['one', notebooks.panel]
    ]);
    clusters.errors.launch = 'There is no record of it.';
    await commands.execute(CommandIDs.launchAgain, { id: 'gone' });
    expect(Notification.manager.notifications[0].message).toBe(
      'There is no record of it.'
    );
  });

  // Guards against results that are lost without a question, and against two
  // clusters, of which the new one has another name than the notebook knows.
  it('ask before they stop a running cluster to launch it again', async () => {
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addAgainCommand({
      ...{ app, clusters, notebooks, preferences, trans },
      launched: () => undefined
    });
    const sent = (): unknown[] => clusters.calls.map(([name]) => name);
    const again = {
      options: { memory: '4GB' },
      change: 'with 4 GB per worker',
      workers: null,
      field: ''
    };
    const usage = makeUsage({ tasks: 2, done: 2, held: 2 });
    clusters.put(makeCluster({ again, usage }));
    const cancelled = commands.execute(CommandIDs.launchAgain, { id: 'one' });
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(document.querySelector('.jp-Dialog')!.textContent).toContain(
      'Stop Local 1 and launch it again?2 results are held on the cluster and will be lost. It is then launched again with 4 GB per worker.'
    );
    await click('Cancel');
    await cancelled;
    expect(sent()).toEqual([]);

    const done = commands.execute(CommandIDs.launchAgain, { id: 'one' });
    await click('Stop and launch again');
    await new Promise(resolve => setTimeout(resolve, 0));
    clusters.put(makeCluster({ state: 'closing' }));
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(sent()).toEqual(['stop']);
    clusters.remove('one');
    await done;
    expect(sent()).toEqual(['stop', 'launch']);
    expect(clusters.calls[1][1]).toEqual({
      ...{ from: 'one', options: { memory: '4GB' } }
    });
  });

  // Guards against a launch of the cluster before, of that of a notebook behind a
  // script, and against other notebooks that lose theirs without a word.
  it('launch the cluster again that the toolbar shows', async () => {
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addAgainCommand({
      ...{ app, clusters, notebooks, preferences, trans },
      launched: () => undefined
    });
    clusters.put(makeCluster({ state: 'closed' }));
    clusters.put(makeCluster({ id: 'two', name: 'Tides' }));
    notebooks.select({ ...NOTEBOOK, clusterId: 'one' });
    notebooks.cell = { index: 0, clusterId: 'one', code: 'connect("Tides")' };
    notebooks.usersOf.two = ['a.ipynb', 'b.ipynb'];
    const done = commands.execute(CommandIDs.launchAgain);
    await new Promise(resolve => setTimeout(resolve, 20));
    const asked = document.querySelector('.jp-Dialog')!.textContent;
    await click('Cancel');
    await done;
    expect(asked).toContain('Stop Tides and launch it again?');
    expect(asked).toContain('2 open notebooks use it: a.ipynb, b.ipynb.');
    // Listed no more.
    clusters.remove('two');
    clusters.remove('one');
    expect(commands.isEnabled(CommandIDs.launchAgain)).toBe(true);
    await commands.execute(CommandIDs.launchAgain);
    expect(clusters.calls.map(call => call[1])).toEqual([
      { from: 'one', options: {} }
    ]);
    notebooks.panel = null;
    expect(commands.isEnabled(CommandIDs.launchAgain)).toBe(false);
  });

  // Guards against a launch under another name, because the cluster before has its
  // name until it has stopped: the model may still have the state before the stop.
  it.each(['starting', 'running'] as const)(
    'wait until a cluster that was %s has stopped',
    async state => {
      const app: any = { commands, contextMenuHitTest: () => undefined };
      addAgainCommand({
        ...{ app, clusters, notebooks, preferences, trans },
        launched: () => undefined
      });
      clusters.put(makeCluster({ state }));
      const done = commands.execute(CommandIDs.launchAgain, { id: 'one' });
      await click('Stop and launch again');
      await new Promise(resolve => setTimeout(resolve, 0));
      expect(clusters.calls.map(([name]) => name)).toEqual(['stop']);
      clusters.put(makeCluster({ state: 'closed' }));
      await done;
      expect(clusters.calls.map(([name]) => name)).toEqual(['stop', 'launch']);
    }
  );

  // Guards against a question whose answer is an error: what was joined was not
  // launched here, and what another version has launched cannot be read.
  it.each<[string, Partial<ICluster>]>([
    ['was joined', { joined: true }],
    ['was joined, and has ended', { joined: true, state: 'closed' }],
    ['cannot be repeated', { state: 'lost' }]
  ])('do not launch a cluster again that %s', async (_, changes) => {
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addAgainCommand({
      ...{ app, clusters, notebooks, preferences, trans },
      launched: () => undefined
    });
    clusters.put(makeCluster(changes));
    clusters.put(makeCluster({ id: 'two' }));
    const isEnabled = (id: string): boolean =>
      commands.isEnabled(CommandIDs.launchAgain, { id });
    expect(['one', 'two', 'gone'].map(isEnabled)).toEqual([false, true, true]);
    // A shortcut, or another extension.
    await commands.execute(CommandIDs.launchAgain, { id: 'one' });
    expect(document.querySelector('.jp-Dialog')).toBeNull();
    expect(clusters.calls).toEqual([]);
    expect(Notification.manager.notifications[0].message).toBe(
      'Local 1 was not launched here, so it cannot be launched again. Launch another cluster in the sidebar.'
    );
  });

  // Guards against a question which cluster, although the notebook has one.
  it('take the cluster of the current notebook', async () => {
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two' }));
    notebooks.select({ ...NOTEBOOK, clusterId: 'two' });
    await commands.execute(CommandIDs.stop);
    expect(stops()).toEqual([['stop', 'two', undefined]]);
  });

  // Guards against a notebook that cannot be connected to another cluster.
  it('ask for the cluster to connect to', async () => {
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two' }));
    notebooks.select({ ...NOTEBOOK, clusterId: 'two' });
    const inserted = commands.execute(CommandIDs.insert);
    await click('Cancel');
    await inserted;
    expect(notebooks.inserted).toEqual([]);
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

  // Guards against a name that has to be typed again because it was refused.
  it('keep a refused name in the dialog, with the reason', async () => {
    clusters.put(makeCluster());
    clusters.errors.change = 'Another cluster has this name.';
    const renamed = commands.execute(CommandIDs.rename, { id: 'one' });
    const input = async (): Promise<HTMLInputElement> => {
      await new Promise(resolve => setTimeout(resolve, 0));
      return document.querySelector<HTMLInputElement>('.jp-Dialog input')!;
    };
    (await input()).value = 'tides';
    document.querySelector<HTMLElement>('.jp-Dialog .jp-mod-accept')!.click();
    await new Promise(resolve => setTimeout(resolve, 0));
    expect((await input()).value).toBe('tides');
    expect(document.querySelector('.jp-Dialog')!.textContent).toContain(
      'Another cluster has this name.'
    );
    delete clusters.errors.change;
    document.querySelector<HTMLElement>('.jp-Dialog .jp-mod-accept')!.click();
    await renamed;
    expect(clusters.calls.pop()).toEqual(['change', 'one', { name: 'tides' }]);
    expect(Notification.manager.notifications).toEqual([]);
  });

  // Guards against "no running cluster" beside one that runs.
  it('say that none can be scaled, not that none runs', async () => {
    await commands.execute(CommandIDs.scale);
    clusters.put(makeCluster({ scalable: false }));
    await commands.execute(CommandIDs.scale);
    expect(
      Notification.manager.notifications.map(({ message }) => message)
    ).toEqual([
      'None of your running clusters allows this now.',
      'No running Dask cluster.'
    ]);
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

  // Guards against a command that looks off, is chosen, and turns it off.
  it('show what they change: whether the cluster keeps running', async () => {
    const inPalette = { isPalette: true };
    const { toggleKeepRunning } = CommandIDs;
    const isOn = (args = inPalette): boolean =>
      commands.isToggled(toggleKeepRunning, args);
    expect(isOn()).toBe(false);
    clusters.put(makeCluster({ keep_running: true }));
    expect(isOn()).toBe(true); // The only one.
    clusters.put(makeCluster({ id: 'two' }));
    expect(isOn()).toBe(false); // The user has to pick.
    notebooks.select({ ...NOTEBOOK, clusterId: 'one' });
    expect(isOn()).toBe(true);
    await commands.execute(toggleKeepRunning, inPalette);
    expect(clusters.calls).toEqual([
      ['change', 'one', { keep_running: false }]
    ]);
    expect(isOn({ id: 'two' } as any)).toBe(false);
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
