import { Dialog, Notification } from '@jupyterlab/apputils';
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
  trans
} from '../fakes';

/** An open notebook: the cluster that its mark is of, and its code. */
interface IOpen {
  context: ReturnType<typeof contextOf>;
  clusterId: string | null;
  source: string;
}

function makeOpen(path: string, clusterId: string | null, source = ''): IOpen {
  return { context: contextOf(path), clusterId, source };
}

describe('a cluster that is launched again from its row', () => {
  const again = { options: {}, change: '', workers: null, field: '' };
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let notebooks: FakeNotebooks;
  let preferences: FakePreferences;
  /** The notebooks that get the code. */
  let targets: unknown[];

  beforeEach(() => {
    clusters = new FakeClusters();
    commands = new CommandRegistry();
    notebooks = new FakeNotebooks();
    preferences = new FakePreferences();
    targets = [];
    jest
      .spyOn(notebooks, 'sourceOf')
      .mockImplementation((panel?: any) => panel.source);
    jest
      .spyOn(clusters, 'launch')
      .mockResolvedValue(makeCluster({ id: 'new', name: 'Tides' }));
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addAgainCommand({
      ...{ app, clusters, notebooks, preferences, trans },
      launched: (_, panel) => void targets.push(panel)
    });
  });

  afterEach(() => {
    Notification.dismiss();
    Dialog.flush();
  });

  const put = (changes: Partial<ICluster>): void =>
    clusters.put(makeCluster({ name: 'Tides', again, ...changes }));
  /** Open notebooks, of which the first one is in front. */
  const open = (...panels: IOpen[]): void => {
    notebooks.panels = panels;
    [notebooks.panel] = panels;
  };
  const launch = (id: string): Promise<void> =>
    commands.execute(CommandIDs.launchAgain, { id });
  const told = (): string[] =>
    Notification.manager.notifications.map(({ message }) => message);

  // Guards against code in the notebook in front, which has no cluster or another
  // one, while the notebook of the cluster has the id of the one before.
  it.each(['closed', 'lost', 'running'] as const)(
    'is for the notebook that uses it by its name: %s',
    async state => {
      put({ id: 'other', name: 'Waves' });
      const user = makeOpen(
        'work/tides.ipynb',
        'old',
        'cluster, client = connect("Tides", launch=True)'
      );
      open(makeOpen('waves.ipynb', 'other', 'connect("Waves")'), user);
      put({ id: 'two', state });
      const done = launch('two');
      if (state === 'running') {
        await new Promise(resolve => setTimeout(resolve, 0));
        document.querySelector<HTMLElement>('.jp-mod-accept')!.click();
        await new Promise(resolve => setTimeout(resolve, 0));
        put({ id: 'two', state: 'closed' });
      }
      await done;
      expect(targets).toEqual([user]);
      expect(told()).toEqual(['Tides is launched again for tides.ipynb.']);
    }
  );

  // Guards against code in a notebook in the background without a word, and a notice
  // about the notebook that the user looks at.
  it('is for the one in front of two that use it', async () => {
    put({ id: 'two', state: 'closed' });
    const byId = makeOpen('a.ipynb', 'two', 'client = Client(2)');
    const byName = makeOpen('b.ipynb', 'old', 'connect("Tides")');
    open(byName, byId);
    await launch('two');
    open(byId, byName);
    await launch('two');
    expect(targets).toEqual([byName, byId]);
    expect(told()).toEqual([]);
    open(makeOpen('other.ipynb', null), byName, byId);
    await launch('two');
    expect(targets[2]).toBe(byName);
    expect(told()).toEqual(['Tides is launched again for b.ipynb.']);
  });

  // Guards against a notebook that loses the cluster that it works with.
  it('is not for a notebook that has gone on with another one', async () => {
    put({ id: 'two', state: 'closed' });
    put({ id: 'six', name: 'Waves' });
    const front = makeOpen('new.ipynb', null);
    open(front, makeOpen('a.ipynb', 'two', 'client = connect("Waves")'));
    await launch('two');
    expect(targets).toEqual([front]);
    expect(told()).toEqual([]);
  });

  // Guards against a notebook that loses the cluster that it works with to one that
  // no notebook has used.
  it.each([
    ['by its id', 'six', ''],
    ['by its name', 'old', 'connect("Waves")']
  ])('is for no notebook that works with another %s', async (_, id, source) => {
    put({ id: 'two', state: 'closed' });
    put({ id: 'six', name: 'Waves' });
    open(makeOpen('waves.ipynb', id, source));
    await launch('two');
    put({ id: 'six', name: 'Waves', state: 'closed' });
    await launch('two');
    expect(targets).toEqual([null, notebooks.panel]);
    expect(told()).toEqual([]);
  });

  // Guards against a notice of code that is not inserted.
  it('says nothing of a notebook that gets no code', async () => {
    preferences.insertAutomatically = false;
    put({ id: 'two', state: 'closed' });
    open(makeOpen('other.ipynb', null), makeOpen('b.ipynb', 'two'));
    await launch('two');
    expect(told()).toEqual([]);
  });
});
