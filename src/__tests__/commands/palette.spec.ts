import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { addCommands } from '../../commands';
import { CommandIDs } from '../../commands/ids';
import { addDashboards } from '../../dashboard';
import { addHabitCommands } from '../../kernel/commands';
import { clusterIcon, menuIcon } from '../../icons';
import { addLogs } from '../../logs';
import { addSidebar } from '../../sidebar';
import {
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeKernelspecs,
  trans
} from '../fakes';

describe('the commands of all plugins', () => {
  let commands: CommandRegistry;
  let items: any[];

  beforeEach(() => {
    commands = new CommandRegistry();
    items = [];
    const clusters = new FakeClusters();
    const notebooks = new FakeNotebooks();
    const app: any = {
      commands,
      contextMenuHitTest: () => undefined,
      restored: new Promise<void>(() => undefined),
      serviceManager: {
        kernelspecs: makeKernelspecs(),
        serverSettings: { baseUrl: 'http://fake.test/' }
      },
      shell: {
        add: () => undefined,
        currentChanged: new Signal<object, void>({})
      }
    };
    const options = { app, clusters, notebooks, trans };
    const palette: any = { addItem: (item: any) => void items.push(item) };
    addCommands(options, notebooks, palette);
    addDashboards({ ...options, hasTabs: true, restorer: null });
    addHabitCommands(options);
    addLogs({ ...options, hasTabs: true });
    addSidebar({
      ...options,
      ...{ hasTabs: true, languages: null, launcher: null, restorer: null },
      preferences: new FakePreferences()
    });
  });

  // Guards against a command that a plugin adds, and the tests below do not see.
  it('are all that there are', () => {
    const all = Object.values(CommandIDs).sort();
    expect(commands.listCommands().sort()).toEqual(all);
    expect(items.map(({ command }) => command).sort()).toEqual(all);
  });

  // Guards against commands that a screen reader or a toolbar cannot name.
  it('each have a label, a caption and a description of arguments', async () => {
    for (const id of commands.listCommands()) {
      expect(commands.label(id)).not.toBe('');
      expect(commands.caption(id)).not.toBe('');
      expect((await commands.describedBy(id)).args).not.toBeNull();
    }
  });

  // Guards against "Launch as Last Time" among the commands of everything else.
  it('have labels in the palette that stand alone', () => {
    const labels = items.map(({ args, command }) =>
      commands.label(command, args)
    );
    expect(labels.filter(label => !/Cluster|Dask/.test(label))).toEqual([]);
  });

  // Guards against icons that sit off their text in a menu.
  it('have icons that are in line with the text of a menu', () => {
    const classOf = (icon: any): string => icon.element().className;
    const wanted = classOf(menuIcon(clusterIcon));
    for (const id of commands.listCommands()) {
      const icon = commands.icon(id);
      if (icon) {
        expect([id, classOf(icon)]).toEqual([id, wanted]);
      }
    }
    // The cards of the launcher have a size of their own.
    const card = commands.icon(CommandIDs.open, { isLauncher: true });
    expect(card).toBe(clusterIcon);
  });

  // Guards against menus of a cluster that repeat the word in each item.
  it('have short labels in menus', () => {
    const labels = [
      CommandIDs.insert,
      CommandIDs.insertCreate,
      CommandIDs.copy,
      CommandIDs.launchLast,
      CommandIDs.launchRequested,
      CommandIDs.openPlots,
      CommandIDs.showInDaskLabextension
    ].map(id => commands.label(id));
    expect(labels).toEqual([
      'Insert Connection Code',
      'Insert Creation Code',
      'Copy Connection Code',
      'Launch as Last Time',
      'Launch as This Notebook Wants',
      'Open Plots Beside Notebook',
      'Show in dask-labextension'
    ]);
  });
});
