import { CommandRegistry } from '@lumino/commands';
import { addCommands } from '../../commands';
import { addAgainCommand } from '../../commands/again';
import { CommandIDs } from '../../commands/ids';
import {
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeCluster,
  trans
} from '../fakes';

const AGAIN = { options: {}, change: '', workers: null, field: '' };

describe('a command after a click in the context menu of a row', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  /** The items of context menus. */
  let items: any[];

  beforeEach(() => {
    clusters = new FakeClusters();
    commands = new CommandRegistry();
    items = [];
    const notebooks = new FakeNotebooks();
    const row = document.createElement('li');
    row.dataset.clusterId = 'clicked';
    const app: any = {
      commands,
      contextMenu: { addItem: (item: any) => void items.push(item) },
      // The application remembers the click when the menu has long been closed.
      contextMenuHitTest: () => row
    };
    const options = { app, clusters, notebooks, trans };
    addCommands(options, notebooks, null);
    addAgainCommand({
      ...options,
      launched: () => undefined,
      preferences: new FakePreferences()
    });
    clusters.put(makeCluster({ id: 'clicked', state: 'failed', again: AGAIN }));
    clusters.put(makeCluster({ id: 'own', name: 'Tides', again: AGAIN }));
    notebooks.select({
      ...{ path: 'a.ipynb', name: 'a.ipynb', kernelName: 'python3' },
      ...{ language: 'python', clusterId: 'own' }
    });
  });

  const calls = (method: string): unknown[] =>
    clusters.calls.filter(([name]) => name === method).map(call => call[1]);

  // Guards against another cluster that is stopped, renamed or launched again: the
  // one of a row in which the user clicked long ago.
  it('is for the cluster of the notebook, from any other menu', async () => {
    await commands.execute(CommandIDs.stop, {});
    await commands.execute(CommandIDs.stop, { isPalette: true });
    expect(calls('stop')).toEqual(['own', 'own']);
    await commands.execute(CommandIDs.rename, { name: 'waves' });
    expect(calls('change')).toEqual(['own']);
    expect(commands.label(CommandIDs.stop)).not.toBe('Dismiss Cluster');
    clusters.put(makeCluster({ id: 'own', state: 'closed', again: AGAIN }));
    await commands.execute(CommandIDs.launchAgain, {});
    expect(clusters.calls.pop()![1]).toMatchObject({ from: 'own' });
  });

  // Guards against a context menu that is about another cluster than its row.
  it('is for the cluster of the row, in that menu', async () => {
    const argsOf = (id: string): any =>
      items.find(({ command }) => command === id).args;
    const stop = argsOf(CommandIDs.stop);
    expect(commands.label(CommandIDs.stop, stop)).toBe('Dismiss Cluster');
    await commands.execute(CommandIDs.stop, stop);
    expect(calls('stop')).toEqual(['clicked']);
    await commands.execute(
      CommandIDs.launchAgain,
      argsOf(CommandIDs.launchAgain)
    );
    expect(clusters.calls.pop()![1]).toMatchObject({ from: 'clicked' });
    const create = items.filter(({ args }) => args?.kind === 'create');
    expect(create).toHaveLength(1);
    const documented = await commands.describedBy(CommandIDs.stop);
    expect(documented.args).toHaveProperty('properties.isContextMenu');
  });
});
