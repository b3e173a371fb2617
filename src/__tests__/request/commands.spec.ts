import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { fireEvent, waitFor } from '@testing-library/react';
import { CommandIDs } from '../../commands/ids';
import { CELL_METADATA } from '../../notebook/mark';
import { addRepeatCommands } from '../../request/commands';
import {
  FakeClusters,
  FakeNotebookPanel,
  FakeNotebooks,
  FakePreferences,
  makePlatform,
  trans
} from '../fakes';

const NOTEBOOK = { notebook: 'work/tides.ipynb' };

describe('a launch without the form', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let launched: [string, unknown][];
  let notebooks: FakeNotebooks;
  let panel: FakeNotebookPanel;
  let preferences: FakePreferences;

  beforeEach(() => {
    clusters = new FakeClusters();
    commands = new CommandRegistry();
    panel = new FakeNotebookPanel();
    preferences = new FakePreferences();
    launched = [];
    notebooks = new FakeNotebooks();
    notebooks.panels = [panel];
    addRepeatCommands({
      app: { commands } as any,
      ...{ clusters, notebooks, preferences, trans },
      platforms: () => clusters.platformsResponse,
      launched: ({ id }, target) => void launched.push([id, target])
    });
  });

  afterEach(() => {
    Notification.dismiss();
    Dialog.flush();
  });

  const request = (changes: object): void =>
    panel.notebook.setMetadata(CELL_METADATA, {
      request: {
        ...{ platform: 'local', title: 'This computer', unit: 'workers' },
        ...{ workers: 3, options: {} },
        ...changes
      }
    });
  const launches = (): any[] =>
    clusters.calls.filter(([name]) => name === 'launch').map(call => call[1]);
  const dialog = async (): Promise<HTMLElement> => {
    await waitFor(() =>
      expect(document.querySelector('.jp-Dialog ul')).not.toBeNull()
    );
    return document.querySelector<HTMLElement>('.jp-Dialog')!;
  };
  const accept = (): void =>
    document.querySelector<HTMLElement>('.jp-Dialog .jp-mod-accept')!.click();

  // Guards against a launch that has to be filled in again in each notebook.
  it('takes what the user launched last', async () => {
    expect(commands.isEnabled(CommandIDs.launchLast, NOTEBOOK)).toBe(false);
    preferences.last[''] = 'local';
    preferences.choices.local = { workers: 4, options: { threads: 2 } };
    expect(commands.label(CommandIDs.launchLast, NOTEBOOK)).toBe(
      'Launch as Last Time: This computer, 4 workers'
    );
    expect(commands.label(CommandIDs.launchLast, { isPalette: true })).toBe(
      'Launch Dask Cluster as Last Time: This computer, 4 workers'
    );
    await commands.execute(CommandIDs.launchLast, NOTEBOOK);
    expect(launches()).toEqual([
      expect.objectContaining({
        ...{ platform: 'local', workers: 4, options: { threads: 2 } },
        ...{ cwd: 'work', kernel_name: 'python3' }
      })
    ]);
    expect(launched).toEqual([['one', panel]]);
  });

  // Guards against a cluster without a notebook while a launcher opens one.
  it('is for the notebook that is being opened', async () => {
    preferences.last[''] = 'local';
    let show: () => void = () => undefined;
    notebooks.opening = new Promise<void>(resolve => {
      show = () => {
        notebooks.panel = panel;
        resolve();
      };
    });
    const done = commands.execute(CommandIDs.launchLast);
    await new Promise(resolve => setTimeout(resolve, 0));
    expect(launches()).toEqual([]);
    show();
    await done;
    expect(launches()).toMatchObject([{ cwd: 'work' }]);
    expect(launched).toEqual([['one', panel]]);
  });

  // Guards against two items that do the same.
  it('is offered once if the notebook requests the same', () => {
    preferences.last[''] = 'local';
    preferences.choices.local = { workers: 3, options: { threads: 2 } };
    const isVisible = (): boolean =>
      commands.isVisible(CommandIDs.launchLast, NOTEBOOK);
    expect(isVisible()).toBe(true);
    request({ options: { threads: 2 } });
    expect(isVisible()).toBe(false);
    request({ options: { threads: 2 }, workers: 4 });
    expect(isVisible()).toBe(true);
    request({});
    expect(isVisible()).toBe(true);
  });

  // Guards against a question where the label has said everything.
  it('takes what the notebook requests', async () => {
    expect(commands.isEnabled(CommandIDs.launchRequested, NOTEBOOK)).toBe(
      false
    );
    request({});
    expect(commands.label(CommandIDs.launchRequested, NOTEBOOK)).toBe(
      'Launch as This Notebook Wants: This computer, 3 workers'
    );
    expect(
      commands.label(CommandIDs.launchRequested, {
        ...NOTEBOOK,
        isPalette: true
      })
    ).toBe(
      'Launch Dask Cluster as This Notebook Wants: This computer, 3 workers'
    );
    await commands.execute(CommandIDs.launchRequested, NOTEBOOK);
    expect(launches()).toMatchObject([{ platform: 'local', workers: 3 }]);
    expect(preferences.last['']).toBe('local');
  });

  // Guards against options that somebody else wrote, such as commands for jobs,
  // and that no one has read.
  it('shows options that the user has not used before', async () => {
    const extra = `${'module load dask\n'.repeat(5)}rm`;
    request({ options: { extra, threads: null } });
    const done = commands.execute(CommandIDs.launchRequested, NOTEBOOK);
    const text = (await dialog()).textContent;
    expect(text).toContain(`Extra arguments: ${extra}`);
    expect(text).toContain('Threads per worker: empty');
    expect((await dialog()).querySelector('select')).toBeNull();
    expect(launches()).toEqual([]);
    accept();
    await done;
    expect(launches()).toMatchObject([{ options: { extra, threads: null } }]);
    await commands.execute(CommandIDs.launchRequested, NOTEBOOK);
    expect(launches()).toHaveLength(2);
  });

  // Guards against a notebook that a colleague cannot launch.
  it('offers other platforms if the requested one is missing', async () => {
    request({
      ...{ platform: 'hpc', title: 'Tallgrass', unit: 'jobs', workers: 20 },
      options: { threads: 2, queue: 'cpu', memory: '4 GB' }
    });
    const cloud = makePlatform({ name: 'cloud', title: 'Cloud' });
    const gone = makePlatform({ name: 'gone', available: false });
    clusters.platformsResponse = [makePlatform(), gone, cloud];
    const done = commands.execute(CommandIDs.launchRequested, NOTEBOOK);
    const text = (await dialog()).textContent;
    expect(text).toContain('Tallgrass, which is not available here');
    expect(text).toContain('8 workers'); // the most that it allows
    expect(text).toContain('Threads per worker: 2');
    expect(text).toContain(
      'Left out, because This computer does not have it as requested: queue, Memory per worker.'
    );
    const field = (await dialog()).querySelector('select')!;
    expect([...field.options].map(({ value }) => value)).toEqual([
      'local',
      'cloud'
    ]);
    fireEvent.change(field, { target: { value: 'cloud' } });
    await waitFor(() =>
      expect(document.querySelector('.jp-Dialog')!.textContent).toContain(
        'because Cloud'
      )
    );
    accept();
    await done;
    expect(launches()).toMatchObject([
      { platform: 'cloud', workers: 8, options: { threads: 2 } }
    ]);
    expect(Notification.manager.notifications[0].message).toContain('queue');
  });

  // Guards against an extension, a keyboard shortcut or a link that can launch
  // nothing, or what the user has not read.
  it('takes what the arguments say', async () => {
    const launch = (args: any): Promise<void> =>
      commands.execute(CommandIDs.launch, args);
    const args = { platform: 'local', workers: 5, ...NOTEBOOK };
    expect(commands.isVisible(CommandIDs.launch)).toBe(false);
    expect(commands.label(CommandIDs.launch, args)).toBe(
      'Launch Dask Cluster on This computer'
    );
    await launch(args);
    expect(launches()).toMatchObject([{ platform: 'local', workers: 5 }]);
    expect(launched).toEqual([[expect.any(String), panel]]);
    await launch({ platform: 'local', adapt: { minimum: 0, maximum: 3 } });
    expect(launches()[1].adapt).toEqual({ minimum: 0, maximum: 3 });
    expect(launched[1][1]).toBeNull(); // No notebook is in front.

    const done = launch({ platform: 'local', options: { extra: 'rm' } });
    const text = (await dialog()).textContent;
    expect(text).toContain('Extra arguments: rm');
    expect(text).not.toContain('notebook');
    accept();
    await done;
    expect(launches()[2].options).toEqual({ extra: 'rm' });
    await launch({ workers: 2 });
    expect(Notification.manager.notifications[0].message).toBe(
      'A launch needs the name of a platform.'
    );
    expect(launches()).toHaveLength(3);
  });

  // Guards against a launch of something else than what was asked for.
  it.each<[string, any, string]>([
    [
      'text for a number',
      { workers: '8' },
      'The argument "workers" must be a whole number, 0 or more, but is "8".'
    ],
    [
      'a part of a worker',
      { workers: 1.5 },
      'The argument "workers" must be a whole number, 0 or more, but is 1.5.'
    ],
    [
      'no upper bound',
      { adapt: { minimum: 2 } },
      'The argument "adapt" must be an object with a "maximum", a whole number from 1, and if needed a "minimum", a whole number from 0 to that, but is {"minimum":2}.'
    ],
    [
      'bounds in the wrong order',
      { adapt: { minimum: 9, maximum: 3 } },
      'The argument "adapt" must be an object with a "maximum", a whole number from 1, and if needed a "minimum", a whole number from 0 to that, but is {"minimum":9,"maximum":3}.'
    ],
    [
      'a list for options',
      { options: ['a'] },
      'The argument "options" must be an object with values by the name of the option, but is ["a"].'
    ],
    [
      'a notebook that is closed',
      { notebook: 'gone.ipynb' },
      'gone.ipynb is not open. Open it, or leave out the argument "notebook".'
    ]
  ])('says that an argument is wrong: %s', async (_, args, message) => {
    await commands.execute(CommandIDs.launch, { platform: 'local', ...args });
    expect(launches()).toEqual([]);
    expect(Notification.manager.notifications[0].message).toBe(message);
  });

  // Guards against a number of workers where bounds were asked for.
  it('takes bounds without a minimum', async () => {
    await commands.execute(CommandIDs.launch, {
      ...{ platform: 'local', adapt: { maximum: 8 } },
      isMenu: true // Menus and others add arguments of theirs.
    });
    expect(launches()).toMatchObject([{ adapt: { minimum: 0, maximum: 8 } }]);
  });

  // Guards against a launch that the user did not want.
  it('launches nothing if the user cancels', async () => {
    request({ platform: 'hpc', title: 'Tallgrass' });
    const done = commands.execute(CommandIDs.launchRequested, NOTEBOOK);
    (await dialog()).querySelector<HTMLElement>('.jp-mod-reject')!.click();
    await done;
    expect(launches()).toEqual([]);
  });

  // Guards against a click without any effect.
  it('says why it was refused', async () => {
    request({});
    clusters.errors.launch = 'Too many clusters.';
    await commands.execute(CommandIDs.launchRequested, NOTEBOOK);
    expect(Notification.manager.notifications[0].message).toBe(
      'Too many clusters.'
    );
  });
});
