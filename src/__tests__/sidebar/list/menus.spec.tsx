import { CommandRegistry } from '@lumino/commands';
import { addCommands } from '../../../commands';
import { CommandIDs } from '../../../commands/ids';
import { moreMenu } from '../../../sidebar/list/menus';
import { ICluster } from '../../../tokens';
import { FakeNotebooks, makeCluster, trans } from '../../fakes';
import { renderSidebar } from '../../render';

const NO_CODE = { create: '', connect: null };
const AGAIN = { options: {}, change: '', workers: null, field: '' };

describe('the menus of a row', () => {
  // Guards against two menus of which one lacks what the other has, and against
  // items that only end in an error.
  it.each<[string, Partial<ICluster>, string[]]>([
    ['runs', {}, [CommandIDs.insert, CommandIDs.scale]],
    ['cannot scale', { scalable: false }, [CommandIDs.insert]],
    ['starts', { state: 'starting', code: NO_CODE }, []],
    ['failed', { state: 'failed', code: NO_CODE, again: AGAIN }, ['again']],
    ['was joined and stopped', { state: 'closed', code: NO_CODE }, []]
  ])('are the same for a cluster that %s', async (_, changes, some) => {
    const cluster = makeCluster(changes);
    const screen = await renderSidebar(({ clusters }) => clusters.put(cluster));
    const row = screen.container.querySelector('[data-cluster-id]')!;
    const commands = new CommandRegistry();
    const items: any[] = [];
    const app: any = {
      commands,
      contextMenu: { addItem: (item: any) => void items.push(item) },
      contextMenuHitTest: () => undefined
    };
    const { clusters } = screen;
    addCommands({ app, clusters, trans }, new FakeNotebooks(), null);
    const names = (listed: readonly any[]): string[] =>
      listed.map(({ command, args, type }) =>
        type === 'separator' ? '-' : `${command} ${args?.kind ?? ''}`
      );
    const shown = names(moreMenu(cluster, { commands } as any).items);
    expect(shown).toEqual(
      names(items.filter(({ selector }) => row.matches(selector)))
    );
    const depending = [
      ...[CommandIDs.insert, CommandIDs.scale, CommandIDs.launchAgain]
    ].filter(command => shown.includes(`${command} `));
    expect(depending).toEqual(
      some.map(name => (name === 'again' ? CommandIDs.launchAgain : name))
    );
    expect(commands.label(CommandIDs.stop, { id: 'one' })).toBe(
      ['failed', 'closed'].includes(cluster.state)
        ? 'Dismiss Cluster'
        : 'Stop Cluster'
    );
  });
});
