import { CommandRegistry } from '@lumino/commands';
import { PromiseDelegate } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';
import { addCommands } from '../../../commands';
import { CommandIDs } from '../../../commands/ids';
import { moreMenu, openMenu } from '../../../sidebar/list/menus';
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

describe('a menu that the server is asked for', () => {
  let button: HTMLButtonElement;
  let other: HTMLInputElement;

  beforeEach(() => {
    button = document.createElement('button');
    other = document.createElement('input');
    document.body.append(button, other);
    button.focus();
  });

  afterEach(() => {
    button.remove();
    other.remove();
  });

  /** Ask for a menu; returns it, and what answers. */
  const ask = (): [Menu, () => Promise<void>] => {
    const menu = new Menu({ commands: new CommandRegistry() });
    const answer = new PromiseDelegate<Menu>();
    const opened = openMenu(button, answer.promise);
    return [
      menu,
      () => {
        answer.resolve(menu);
        return opened;
      }
    ];
  };

  // Guards against a menu that takes the keys of a user who went on to type in the
  // notebook, and one in the corner of the page.
  it.each<[string, () => void, boolean]>([
    ['waits', () => undefined, true],
    ['types elsewhere', () => other.focus(), false],
    ['loses the row', () => button.remove(), false]
  ])('is opened when the user %s: %#', async (_, act, isOpened) => {
    const [menu, answer] = ask();
    act();
    await answer();
    expect(menu.isAttached).toBe(isOpened);
    expect(menu.isDisposed).toBe(!isOpened);
    menu.dispose();
  });

  // Guards against two menus, one over the other.
  it('is opened once', async () => {
    const [first, answerFirst] = ask();
    const [second, answerSecond] = ask();
    await answerSecond();
    await answerFirst();
    expect([first.isAttached, second.isAttached]).toEqual([false, true]);
    second.dispose();
  });
});
