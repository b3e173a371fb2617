import { Event } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { BELL, Clusters } from '../../api/clusters';
import { ICluster, IClusters } from '../../tokens';
import { FakeServer, makeCluster, refusal } from '../fakes';

/** Resolves when the model tells of a change of this type. */
function next(
  model: Clusters,
  type: IClusters.IChange['type']
): Promise<IClusters.IChange> {
  return new Promise(resolve => {
    const slot = (_: unknown, change: IClusters.IChange): void => {
      if (change.type === type) {
        model.changed.disconnect(slot);
        resolve(change);
      }
    };
    model.changed.connect(slot);
  });
}

describe('Clusters', () => {
  let server: FakeServer;
  let stream: Signal<object, Event.Emission>;
  let model: Clusters;

  const ring = (cluster_id: string, action: string): void =>
    stream.emit({ schema_id: BELL, cluster_id, action });

  const start = async (clusters: ICluster[]): Promise<void> => {
    server.answers['GET clusters'] = clusters;
    model = new Clusters({ serverSettings: server.settings, stream });
    await model.ready;
  };

  beforeEach(() => {
    server = new FakeServer();
    stream = new Signal({});
  });

  afterEach(() => model.dispose());

  // Guards against a new cluster below all others, out of sight.
  it('lists clusters, newest first', async () => {
    await start([
      makeCluster({ id: 'new', created: '2030-01-02T00:00:00Z' }),
      makeCluster({ id: 'old', created: '2030-01-01T00:00:00Z' })
    ]);
    expect(model.clusters.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(model.status).toBe('ready');
  });

  // Guards against a bell that is heard by nobody.
  it('fetches a cluster when the bell rings', async () => {
    await start([makeCluster()]);
    const workers = { requested: 3, ready: 3, queued: 0, failed: 0 };
    server.answers['GET clusters/one'] = makeCluster({ workers });
    const change = next(model, 'changed');
    ring('one', 'changed');
    await change;
    expect(model.get('one')!.workers.ready).toBe(3);
    expect(server.asked).toEqual(['GET clusters', 'GET clusters/one']);
  });

  // Guards against another extension's events being taken for ours.
  it('ignores other events', async () => {
    await start([makeCluster()]);
    stream.emit({ schema_id: 'other', cluster_id: 'one', action: 'removed' });
    expect(model.clusters).toHaveLength(1);
  });

  // Guards against one request for each ring of a busy bell.
  it('fetches once more, however often the bell rings meanwhile', async () => {
    await start([makeCluster()]);
    let count = 0;
    server.answers['GET clusters/one'] = () =>
      makeCluster({ name: `name ${++count}` });
    const change = next(model, 'changed');
    for (let index = 0; index < 10; index++) {
      ring('one', 'changed');
    }
    await change;
    await next(model, 'changed');
    expect(model.get('one')!.name).toBe('name 2');
    expect(count).toBe(2);
  });

  // Guards against a late answer that brings a stopped cluster back.
  it('does not revive a removed cluster', async () => {
    await start([makeCluster()]);
    let answer: (cluster: ICluster) => void = () => undefined;
    server.answers['GET clusters/one'] = () =>
      new Promise<ICluster>(resolve => (answer = resolve));
    ring('one', 'changed');
    await waitFor(() => server.asked.includes('GET clusters/one'));
    ring('one', 'removed');
    expect(model.clusters).toEqual([]);
    answer(makeCluster({ name: 'late' }));
    await model.refresh().catch(() => undefined);
    server.answers['GET clusters'] = [];
    await model.refresh();
    expect(model.clusters).toEqual([]);
  });

  // Guards against a list that stays wrong when the event socket was down.
  it('catches with the slow poll what the bell missed', async () => {
    await start([makeCluster({ id: 'gone' })]);
    server.answers['GET clusters'] = [makeCluster({ id: 'new' })];
    await model.refresh();
    expect(model.clusters.map(({ id }) => id)).toEqual(['new']);
  });

  // Guards against a stale screen after the laptop was closed for a while.
  it('asks again when the page becomes visible', async () => {
    await start([]);
    server.answers['GET clusters'] = [makeCluster()];
    const change = next(model, 'added');
    document.dispatchEvent(new window.Event('visibilitychange'));
    await change;
    expect(model.clusters).toHaveLength(1);
  });

  // Guards against rows that are drawn again though nothing changed.
  it('keeps the identity of a cluster that did not change', async () => {
    await start([makeCluster()]);
    const before = model.get('one');
    await model.refresh();
    expect(model.get('one')).toBe(before);
  });

  // Guards against a launch whose row appears only with the next poll.
  it('shows a launched cluster at once', async () => {
    await start([]);
    server.answers['POST clusters'] = makeCluster({ state: 'starting' });
    await model.launch({ platform: 'local', workers: 2 });
    expect(model.get('one')!.state).toBe('starting');
    expect(server.sent[1]).toEqual({ platform: 'local', workers: 2 });
  });

  // Guards against a traceback or a bare status where a sentence was given.
  it('rejects with the sentence of the server', async () => {
    await start([makeCluster()]);
    const sentence = 'At most 8 workers are possible here.';
    server.answers['PATCH clusters/one'] = () => refusal(422, sentence);
    await expect(model.change('one', { workers: 99 })).rejects.toThrow(
      sentence
    );
  });

  // Guards against an empty message when a proxy answers instead of Jupyter.
  it('has a sentence where the answer has none', async () => {
    await start([makeCluster()]);
    server.answers['DELETE clusters/one'] = () =>
      new Response('<html>Bad gateway</html>', { status: 502 });
    await expect(model.stop('one')).rejects.toThrow('error 502');
  });

  // Guards against asking the code route for things it does not know.
  it('sends for the code only what decides it', async () => {
    await start([]);
    server.answers['POST code'] = { create: '', summary: null, warnings: [] };
    await model.code({
      platform: 'local',
      workers: 1,
      name: 'mine',
      cwd: 'here',
      keep_running: true
    });
    expect(server.sent[1]).toEqual({ platform: 'local', workers: 1 });
  });

  // Guards against "no clusters" where the truth is "no server extension".
  it('says that the server half is missing', async () => {
    model = new Clusters({ serverSettings: server.settings, stream });
    await model.ready;
    expect(model.status).toBe('missing');
  });

  // Guards against a silent sidebar while the network is away.
  it('says that the server does not answer, and recovers', async () => {
    server.answers['GET clusters'] = () => {
      throw new TypeError('Failed to fetch');
    };
    model = new Clusters({ serverSettings: server.settings, stream });
    await model.ready;
    expect(model.status).toBe('unreachable');
    expect(model.problem).toContain('does not answer');
    server.answers['GET clusters'] = [];
    await model.refresh();
    expect(model.status).toBe('ready');
    expect(model.problem).toBeNull();
  });
});

describe('the slow poll', () => {
  let server: FakeServer;
  let model: Clusters;

  /** Let time pass, in milliseconds. */
  const pass = (span: number): Promise<void> =>
    jest.advanceTimersByTimeAsync(span);

  beforeEach(async () => {
    jest.useFakeTimers();
    server = new FakeServer();
    server.answers['GET clusters'] = [];
    server.answers['GET clusters/one'] = makeCluster();
    model = new Clusters({ serverSettings: server.settings });
    await pass(100);
    await model.ready;
  });

  afterEach(() => {
    model.dispose();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  // Guards against an idle sidebar that asks more than twice a minute.
  it('asks every 30 seconds', async () => {
    expect(server.asked).toEqual(['GET clusters']);
    await pass(29_000);
    expect(server.asked).toHaveLength(1);
    await pass(1_500);
    expect(server.asked).toHaveLength(2);
    await pass(120_000);
    expect(server.asked).toHaveLength(6);
  });

  // Guards against pages in the background, of which people have dozens.
  it('stands still while the page is hidden, and asks when it is shown', async () => {
    const show = (visible: boolean): void => {
      const state = visible ? 'visible' : 'hidden';
      jest.spyOn(document, 'hidden', 'get').mockReturnValue(!visible);
      jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
      document.dispatchEvent(new window.Event('visibilitychange'));
    };
    show(false);
    await pass(60_000); // A poll goes on for one more round.
    const count = server.asked.length;
    expect(count).toBeLessThanOrEqual(2);
    await pass(600_000);
    expect(server.asked).toHaveLength(count);
    show(true);
    await pass(1_000);
    expect(server.asked).toHaveLength(count + 1);
  });

  // Guards against an idle server that a hub never culls, because of us.
  it('is no activity of the person', async () => {
    const stream = new Signal<object, Event.Emission>({});
    model.dispose();
    model = new Clusters({ serverSettings: server.settings, stream });
    await pass(100);
    stream.emit({ schema_id: BELL, cluster_id: 'one', action: 'changed' });
    await pass(31_000);
    expect(server.asked).toContain('GET clusters/one');
    // Each request has the time in its query, too, so that nothing is cached.
    const others = server.queries.filter(
      query => !query.split('&').includes('no_track_activity=1')
    );
    expect(server.queries.length).toBeGreaterThan(3);
    expect(others).toEqual([]);
  });
});

/** Await a condition. */
async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 0));
  }
}
