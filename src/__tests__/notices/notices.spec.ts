import { PageConfig } from '@jupyterlab/coreutils';
import { Notification } from '@jupyterlab/apputils';
import { clusterOf } from '../../notebook/connecting';
import { createNotices } from '../../notices';
import { Notices } from '../../notices/notices';
import { ICluster } from '../../tokens';
import {
  FakeClusters,
  FakeNotebookPanel,
  FakeNotebooks,
  FakePreferences,
  makeCluster,
  makeWorkers,
  trans
} from '../fakes';

describe('notices', () => {
  let clusters: FakeClusters;
  let executed: [string, any][];
  let hidden: boolean;
  let notebooks: FakeNotebooks;
  let notices: Notices;
  /** What a command opens; nothing in Notebook 7. */
  let panel: any;
  let preferences: FakePreferences;
  let saved: any[];
  /** The notifications of the browser. */
  let native: string[];
  let requested: number;
  let permission: string;

  const create = (): Notices => {
    const app: any = {
      commands: {
        execute: async (id: string, args: any) => {
          executed.push([id, args]);
          return panel;
        }
      },
      serviceManager: {
        contents: {
          newUntitled: async () => ({ path: 'Untitled.ipynb' }),
          save: async (...args: any[]) => void saved.push(args)
        },
        kernelspecs: { specs: { kernelspecs: {} } },
        serverSettings: { baseUrl: 'http://hub/' },
        user: { identity: { username: 'ada' } }
      }
    };
    return createNotices({ app, clusters, notebooks, preferences, trans });
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2030-01-01T12:00:00Z') });
    clusters = new FakeClusters();
    notebooks = new FakeNotebooks();
    preferences = new FakePreferences();
    executed = [];
    hidden = false;
    native = [];
    panel = undefined;
    requested = 0;
    permission = 'granted';
    saved = [];
    jest.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
    (window as any).Notification = class {
      constructor(_: string, { body }: any) {
        native.push(body);
      }
      static get permission(): string {
        return permission;
      }
      static async requestPermission(): Promise<string> {
        requested++;
        return (permission = 'denied');
      }
    };
    notices = create();
  });

  afterEach(() => {
    notices.dispose();
    Notification.dismiss();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const put = async (changes: Partial<ICluster> = {}): Promise<void> => {
    clusters.put(makeCluster(changes));
    await jest.advanceTimersByTimeAsync(0);
  };
  const starting: Partial<ICluster> = {
    state: 'starting',
    code: { create: '', connect: null },
    workers: makeWorkers({ requested: 2, queued: 2 })
  };
  const queued: Partial<ICluster> = { workers: starting.workers };
  const shown = (): string[] =>
    Notification.manager.notifications.map(({ message }) => message);
  const press = async (label: string): Promise<void> => {
    const [{ options }] = Notification.manager.notifications;
    const action = options.actions!.find(each => each.label === label)!;
    action.callback({ preventDefault: () => undefined } as any);
    await jest.advanceTimersByTimeAsync(0);
  };
  const inMinutes = (minutes: number): string =>
    new Date(Date.now() + minutes * 60_000).toISOString();

  // Guards against a user who waits for a cluster that is there.
  it('say once that a cluster is ready after a wait in the queue', async () => {
    await put(starting);
    await put(queued);
    jest.advanceTimersByTime(60_000);
    await put();
    await put({ cores: 4 });
    await put(queued);
    await put();
    expect(shown()).toEqual(['Local 1 is ready']);
    await press('Insert code');
    expect(notebooks.inserted.map(([id]) => id)).toEqual(['one']);
  });

  // Guards against jobs that may go on, of which only the row says so.
  it('say that a cluster failed that was being stopped', async () => {
    await put();
    const message = 'Stopped: the scheduler was shut down. Jobs may be left.';
    await put({ state: 'closing' });
    await put({ state: 'failed', message });
    expect(shown()).toEqual([`Local 1 failed. ${message}`]);
    // Dismissing it failed, which its row says.
    Notification.dismiss();
    await put({ state: 'closing' });
    await put({ state: 'failed', message });
    expect(shown()).toEqual([]);
  });

  // Guards against buttons that insert the code of a cluster that is gone, and
  // against a failure that stays beside the cluster that was launched again.
  it('go when they are no longer true', async () => {
    const wait = async (): Promise<void> => {
      hidden = true; // Else they go by themselves.
      await put(starting);
      jest.advanceTimersByTime(60_000);
      await put();
      expect(shown()).toEqual(['Local 1 is ready']);
    };
    await wait();
    await put({ cores: 4 });
    expect(shown()).toEqual(['Local 1 is ready']);
    await put({ state: 'closing' });
    expect(shown()).toEqual([]);
    clusters.remove('one');

    await put({ ...starting, id: 'two', name: 'Local 2' });
    notices.expect('two');
    await put({ id: 'two', name: 'Local 2' });
    expect(shown()).toEqual(['Local 2 is ready']);
    notebooks.usersOf.two = ['a.ipynb'];
    notebooks.usersChanged.emit();
    expect(shown()).toEqual([]);

    await put({ id: 'two', name: 'Local 2', state: 'lost', message: '' });
    expect(shown()).toEqual(['Local 2 cannot be reached. ']);
    await put({ id: 'two', name: 'Local 2' });
    expect(shown()).toEqual([]);
    await put({ id: 'two', name: 'Local 2', state: 'failed', message: 'No.' });
    expect(shown()).toEqual(['Local 2 failed. No.']);
    clusters.remove('two');
    expect(shown()).toEqual([]);
  });

  // Guards against code that is offered though a notebook has it, and code in a
  // notebook behind the one in front without a word.
  it('show the cluster if a notebook has the code', async () => {
    await put(starting);
    jest.advanceTimersByTime(60_000);
    notebooks.usersOf.one = ['a.ipynb'];
    await put();
    expect(shown()).toEqual(['Local 1 is ready. Its code is in a.ipynb.']);
    await press('Show details');
    expect(executed).toEqual([['cluster-launcher:open', { id: 'one' }]]);
  });

  // Guards against a notice for what the user is looking at.
  it('say nothing of a short wait, and of clusters that were there', async () => {
    await put(starting);
    jest.advanceTimersByTime(3_000);
    await put();
    await put({ id: 'two' });
    await put({ id: 'three', state: 'failed' });
    expect(shown()).toEqual([]);
  });

  // Guards against silence after the page was reloaded while the cluster started.
  it('offer a notebook also after a reload', async () => {
    await put(starting);
    notices.expect('one');
    notices.dispose();
    notices = create();
    await put();
    expect(shown()).toEqual(['Local 1 is ready']);
  });

  // Guards against silence about a cluster that got ready before it was known that
  // its notebook is not opened again.
  it('offer what was ready before it was expected, while it runs', async () => {
    await put(starting);
    jest.advanceTimersByTime(3_000);
    await put();
    await put({ id: 'two', name: 'Local 2', state: 'closed' });
    expect(shown()).toEqual([]);
    notices.expect('one');
    notices.expect('two');
    expect(shown()).toEqual(['Local 1 is ready']);
    Notification.dismiss();
    await put({ cores: 4 });
    expect(shown()).toEqual([]);
  });

  // Guards against a warning instead of a cluster that can be used.
  it('offer a notebook for a launch without one', async () => {
    await put(starting);
    notices.expect('one');
    await put(queued);
    expect(shown()).toEqual([]);
    await put();
    expect(shown()).toEqual(['Local 1 is ready']);
    await press('New notebook with it');
    const [[path, { content }]] = saved;
    expect(path).toBe('Untitled.ipynb');
    expect(content.cells[0].source).toBe('client = Client(1)');
    expect(content.metadata).toMatchObject({
      kernelspec: { name: 'python3' },
      cluster_launcher: { request: { platform: 'local', workers: 2 } }
    });
    expect(executed).toEqual([['docmanager:open', { path }]]);
  });

  // Guards against a toolbar with the cluster of a colleague, and a launch that
  // rewrites the cell of that colleague.
  it('create a notebook whose cluster is that of one user of a hub', async () => {
    PageConfig.setOption('hubUser', 'ada');
    await put(starting);
    notices.expect('one');
    await put();
    await press('New notebook with it');
    const panel: any = new FakeNotebookPanel();
    panel.notebook.insertCells(0, saved[0][1].content.cells);
    panel.content.model.collaborative = true;
    expect(clusterOf(panel, 'ada')).toBe('one');
    expect(clusterOf(panel, 'bob')).toBeNull();
    // Nobody else opens it.
    panel.content.model.collaborative = false;
    expect(clusterOf(panel, null)).toBe('one');
    PageConfig.setOption('hubUser', '');
  });

  // Guards against a shared notebook whose toolbar says that it has no cluster, and
  // a second cell with the code.
  it('create a notebook whose cell is that of the user who opens it', async () => {
    await put(starting);
    notices.expect('one');
    await put();
    let read: () => void = () => undefined;
    const ready = new Promise<void>(resolve => (read = resolve));
    panel = { context: { ready }, isDisposed: false };
    await press('New notebook with it');
    expect(notebooks.claimed).toEqual([]);
    read();
    await jest.advanceTimersByTimeAsync(0);
    const [{ id }] = saved[0][1].content.cells;
    expect(notebooks.claimed).toEqual([[panel, id]]);
  });

  const select = (changes: object = {}): void =>
    notebooks.select({
      ...{ path: 'a.ipynb', name: 'a.ipynb', kernelName: 'python3' },
      ...{ language: 'python', clusterId: null },
      ...changes
    });
  const labels = (): string[] =>
    Notification.manager.notifications.flatMap(({ options }) =>
      options.actions!.map(({ label }) => label)
    );

  // Guards against a user who opens a notebook for a cluster, and gets nothing.
  it.each(['before it is ready', 'while it is shown', 'after it has gone'])(
    'offer the notebook that was opened since, %s',
    async when => {
      await put(starting);
      notices.expect('one');
      if (when === 'before it is ready') {
        select();
      }
      await put();
      if (when !== 'before it is ready') {
        expect(labels()[0]).toBe('New notebook with it');
        select({ language: null }); // It is being read.
        select({ language: 'r' });
        expect(labels()[0]).toBe('New notebook with it');
        if (when === 'after it has gone') {
          Notification.dismiss();
        }
        select();
      }
      expect(shown()).toEqual(['Local 1 is ready']);
      expect(labels()).toEqual(['Insert in a.ipynb', 'Copy code']);
      const { panel } = notebooks;
      await press('Insert in a.ipynb');
      expect(notebooks.inserted).toEqual([['one', 'connect', { panel }]]);
      Notification.dismiss();
      select();
      expect(shown()).toEqual([]);
    }
  );

  // Guards against a button that names the last notebook, and inserts in the console
  // in front; and against code for a kernel of another language.
  it.each([
    ['python', 'r', ['Insert in Console 1', 'Copy code']],
    ['r', 'python', ['New notebook with it', 'Copy code']]
  ])(
    'offer the console in front, which runs %s, and not a notebook with %s',
    async (language, other, offered) => {
      await put(starting);
      notices.expect('one');
      select({ language: other });
      const front = {
        ...{ console: {}, sessionContext: {}, language },
        title: { label: 'Console 1' }
      };
      notebooks.panel = front;
      await put();
      expect(labels()).toEqual(offered);
      if (language === 'python') {
        await press('Insert in Console 1');
        expect(notebooks.inserted[0][2]).toEqual({ panel: front });
      }
    }
  );

  // Guards against code over that of another cluster, and offers without end.
  it('offer no notebook that has a cluster, nor what was used', async () => {
    await put({ id: 'other' });
    await put(starting);
    notices.expect('one');
    await put();
    select({ clusterId: 'other' });
    expect(labels()[0]).toBe('New notebook with it');
    await press('New notebook with it');
    Notification.dismiss();
    select();
    expect(shown()).toEqual([]);
  });

  // Guards against a second notice where the first one had a reason.
  it('say nothing of a cluster that the user was notified of', async () => {
    await put(starting);
    jest.advanceTimersByTime(60_000);
    notices.forget('one');
    await put();
    expect(shown()).toEqual([]);
  });

  // Guards against a failure that is seen hours later.
  it('say once that a cluster failed, and launch it again', async () => {
    await put();
    const failed: Partial<ICluster> = {
      state: 'failed',
      message: 'All jobs were cancelled.',
      again: {
        options: {},
        change: 'with 4 GB per worker',
        workers: null,
        field: ''
      }
    };
    await put(failed);
    await put({ ...failed, cores: 0 });
    expect(shown()).toEqual(['Local 1 failed. All jobs were cancelled.']);
    await press('Launch again with 4 GB per worker');
    expect(executed).toEqual([
      ['cluster-launcher:launch-again', { id: 'one' }]
    ]);
  });

  // Guards against work that is lost at the time limit.
  it('say once that the time limit is near', async () => {
    await put({ expires: inMinutes(30) });
    expect(shown()).toEqual([]);
    jest.advanceTimersByTime(20 * 60_000);
    await put({ expires: inMinutes(10), cores: 3 });
    jest.advanceTimersByTime(60_000);
    expect(shown()).toEqual([
      'Local 1 reaches the time limit of its jobs in 10 min'
    ]);
    const [{ options }] = Notification.manager.notifications;
    expect(options.actions!.map(({ label }) => label)).toEqual([
      'Show details'
    ]);
    const renewal = { until: null, renewed: 0, replaced: 0 };
    await put({ expires: inMinutes(120), renewal });
    expect(shown()).toEqual([]);
    await put({ expires: inMinutes(10), renewal });
    await press('Keep jobs for 4 h');
    expect(clusters.calls).toEqual([['change', 'one', { renew_for: 14400 }]]);
    // Its jobs were renewed.
    await put({ expires: inMinutes(120) });
    expect(shown()).toEqual([]);
  });

  // Guards against a cluster that ends while the user thinks, and a notice for
  // every pause.
  it('say that an idle cluster shuts down, and extend it', async () => {
    const idle = (timeout: number, minutes: number): Partial<ICluster> => ({
      idle: { timeout, closes_at: inMinutes(minutes) }
    });
    await put(idle(600, 9));
    await put({ ...idle(60, 0.4), id: 'short' });
    expect(shown()).toEqual([]);
    await put(idle(600, 5));
    expect(shown()).toEqual(['Local 1 is idle, and shuts down in 5 min']);
    await press('Extend');
    expect(clusters.calls).toEqual([['change', 'one', { keep: true }]]);
    await put({ idle: { timeout: 600, closes_at: null } });
    expect(shown()).toEqual([]);
  });

  // Guards against notices of the browser that are not wanted.
  it('come from the browser only if wanted, and while hidden', async () => {
    const fail = async (id: string): Promise<void> => {
      await put({ id });
      await put({ id, state: 'failed', message: 'No.' });
    };
    hidden = true;
    await fail('a');
    preferences.browserNotifications = true;
    hidden = false;
    await fail('b');
    hidden = true;
    permission = 'default';
    await fail('c');
    expect(native).toEqual([]);
    permission = 'granted';
    await fail('d');
    expect(native).toEqual(['Local 1 failed. No.']);
  });

  // Guards against a setting without effect: browsers ignore a question that no
  // click has led to.
  it('ask for the permission when the setting is turned on', async () => {
    permission = 'default';
    preferences.browserNotifications = true;
    preferences.emit();
    preferences.emit();
    expect(shown()).toEqual([
      'Your browser has to allow notifications of this site.'
    ]);
    expect(requested).toBe(0);
    await press('Allow…');
    expect(requested).toBe(1);
    expect(shown()[0]).toContain('Your browser blocks notifications');
  });
});
