import { Event } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { Clusters, EVENT_SCHEMA } from '../../api/clusters';
import { refreshWhenVisible } from '../../api/visibility';
import { ICluster, IClusters } from '../../tokens';
import { FakeServer, makeCluster, makeWorkers, errorResponse } from '../fakes';

/** Resolves at the next change of a type. */
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

  const emitEvent = (cluster_id: string, action: string): void =>
    stream.emit({ schema_id: EVENT_SCHEMA, cluster_id, action });

  const start = async (clusters: ICluster[]): Promise<void> => {
    server.responses['GET clusters'] = clusters;
    model = new Clusters({ serverSettings: server.settings, stream });
    await model.ready;
  };

  beforeEach(() => {
    server = new FakeServer();
    stream = new Signal({});
  });

  afterEach(() => model.dispose());

  // Guards against a new cluster at the end of a long list.
  it('lists clusters, newest first', async () => {
    await start([
      makeCluster({ id: 'new', created: '2030-01-02T00:00:00Z' }),
      makeCluster({ id: 'old', created: '2030-01-01T00:00:00Z' })
    ]);
    expect(model.clusters.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(model.status).toBe('ready');
  });

  // Guards against events that are not handled.
  it('fetches a cluster when it changed', async () => {
    await start([makeCluster()]);
    const workers = makeWorkers({ requested: 3, ready: 3 });
    server.responses['GET clusters/one'] = makeCluster({ workers });
    const change = next(model, 'changed');
    emitEvent('one', 'changed');
    await change;
    expect(model.get('one')!.workers.ready).toBe(3);
    expect(server.requests).toEqual(['GET clusters', 'GET clusters/one']);
  });

  // Guards against handling the events of other extensions.
  it('ignores other events', async () => {
    await start([makeCluster()]);
    stream.emit({ schema_id: 'other', cluster_id: 'one', action: 'removed' });
    expect(model.clusters).toHaveLength(1);
  });

  // Guards against a request for each of many events.
  it('fetches once more, however many events arrive meanwhile', async () => {
    await start([makeCluster()]);
    let count = 0;
    server.responses['GET clusters/one'] = () =>
      makeCluster({ name: `name ${++count}` });
    const change = next(model, 'changed');
    for (let index = 0; index < 10; index++) {
      emitEvent('one', 'changed');
    }
    await change;
    await next(model, 'changed');
    expect(model.get('one')!.name).toBe('name 2');
    expect(count).toBe(2);
  });

  // Guards against a late response that adds a stopped cluster again.
  it('does not add a removed cluster again', async () => {
    await start([makeCluster()]);
    let respond: (cluster: ICluster) => void = () => undefined;
    server.responses['GET clusters/one'] = () =>
      new Promise<ICluster>(resolve => (respond = resolve));
    emitEvent('one', 'changed');
    await waitFor(() => server.requests.includes('GET clusters/one'));
    emitEvent('one', 'removed');
    expect(model.clusters).toEqual([]);
    respond(makeCluster({ name: 'late' }));
    await model.refresh().catch(() => undefined);
    server.responses['GET clusters'] = [];
    await model.refresh();
    expect(model.clusters).toEqual([]);
  });

  // Guards against a list that stays outdated after the event socket was down.
  it('polls the list in case an event was missed', async () => {
    await start([makeCluster({ id: 'gone' })]);
    server.responses['GET clusters'] = [makeCluster({ id: 'new' })];
    await model.refresh();
    expect(model.clusters.map(({ id }) => id)).toEqual(['new']);
  });

  // Guards against an outdated list after the laptop was closed for a while.
  it('polls again when the page becomes visible', async () => {
    await start([]);
    refreshWhenVisible(model);
    server.responses['GET clusters'] = [makeCluster()];
    const change = next(model, 'added');
    document.dispatchEvent(new window.Event('visibilitychange'));
    await change;
    expect(model.clusters).toHaveLength(1);
  });

  // Guards against rows that are rendered again without a change.
  it('keeps the identity of a cluster that did not change', async () => {
    await start([makeCluster()]);
    const before = model.get('one');
    await model.refresh();
    expect(model.get('one')).toBe(before);
  });

  // Guards against a launch whose row appears only after the next poll.
  it('adds a launched cluster immediately', async () => {
    await start([]);
    server.responses['POST clusters'] = makeCluster({ state: 'starting' });
    await model.launch({ platform: 'local', workers: 2 });
    expect(model.get('one')!.state).toBe('starting');
    expect(server.bodies[1]).toEqual({ platform: 'local', workers: 2 });
  });

  // Guards against hiding the message of the server.
  it('rejects with the message of the server', async () => {
    await start([makeCluster()]);
    const message = 'At most 8 workers are possible here.';
    server.responses['PATCH clusters/one'] = () => errorResponse(422, message);
    await expect(model.change('one', { workers: 99 })).rejects.toThrow(message);
  });

  // Guards against an empty message when a proxy responds instead of Jupyter.
  it('has a message if the response has none', async () => {
    await start([makeCluster()]);
    server.responses['DELETE clusters/one'] = () =>
      new Response('<html>Bad gateway</html>', { status: 502 });
    await expect(model.stop('one')).rejects.toThrow('error 502');
  });

  // Guards against fields that do not affect the code.
  it('previews code with only the fields that determine it', async () => {
    await start([]);
    server.responses['POST code'] = { create: '', summary: null, warnings: [] };
    await model.code({
      platform: 'local',
      workers: 1,
      name: 'mine',
      cwd: 'here',
      keep_running: true,
      core_hours: 20
    });
    expect(server.bodies[1]).toEqual({
      ...{ platform: 'local', workers: 1, core_hours: 20 }
    });
  });

  // Guards against "no clusters" if there is no server extension.
  it('reports that the server extension is missing', async () => {
    model = new Clusters({ serverSettings: server.settings, stream });
    await model.ready;
    expect(model.status).toBe('missing');
  });

  // Guards against a sidebar that hides a network failure.
  it('reports that the server is not responding, and recovers', async () => {
    server.responses['GET clusters'] = () => {
      throw new TypeError('Failed to fetch');
    };
    model = new Clusters({ serverSettings: server.settings, stream });
    await model.ready;
    expect(model.status).toBe('unreachable');
    expect(model.error).toContain('not responding');
    server.responses['GET clusters'] = [];
    await model.refresh();
    expect(model.status).toBe('ready');
    expect(model.error).toBeNull();
  });
});

describe('the poll', () => {
  let server: FakeServer;
  let model: Clusters;
  let visibility: IDisposable;

  /** Let time pass, in milliseconds. */
  const pass = (span: number): Promise<void> =>
    jest.advanceTimersByTimeAsync(span);

  beforeEach(async () => {
    jest.useFakeTimers();
    server = new FakeServer();
    server.responses['GET clusters'] = [];
    server.responses['GET clusters/one'] = makeCluster();
    model = new Clusters({ serverSettings: server.settings });
    visibility = refreshWhenVisible(model);
    await pass(100);
    await model.ready;
  });

  afterEach(() => {
    visibility.dispose();
    model.dispose();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  // Guards against an idle sidebar with more than two requests per minute.
  it('fetches the list every 30 seconds', async () => {
    expect(server.requests).toEqual(['GET clusters']);
    await pass(29_000);
    expect(server.requests).toHaveLength(1);
    await pass(1_500);
    expect(server.requests).toHaveLength(2);
    await pass(120_000);
    expect(server.requests).toHaveLength(6);
  });

  // Guards against a list that is wrong for minutes after a restart of the server.
  it('is frequent until the server is back', async () => {
    server.responses['GET clusters'] = () => {
      throw new TypeError('Failed to fetch');
    };
    await pass(90_000);
    expect(model.status).toBe('unreachable');
    server.responses['GET clusters'] = [makeCluster()];
    await pass(6_000);
    expect(model.status).toBe('ready');
    expect(model.clusters).toHaveLength(1);
    const count = server.requests.length;
    await pass(29_000);
    expect(server.requests).toHaveLength(count + 1);
  });

  // Guards against requests of many pages in the background.
  it('pauses while the page is hidden, and resumes when it is shown', async () => {
    const show = (visible: boolean): void => {
      const state = visible ? 'visible' : 'hidden';
      jest.spyOn(document, 'hidden', 'get').mockReturnValue(!visible);
      jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
      document.dispatchEvent(new window.Event('visibilitychange'));
    };
    show(false);
    await pass(60_000); // A poll ticks once more.
    const count = server.requests.length;
    expect(count).toBeLessThanOrEqual(2);
    await pass(600_000);
    expect(server.requests).toHaveLength(count);
    show(true);
    await pass(1_000);
    expect(server.requests).toHaveLength(count + 1);
  });

  // Guards against an idle server that a hub cannot cull.
  it('does not count as activity of the user', async () => {
    const stream = new Signal<object, Event.Emission>({});
    model.dispose();
    model = new Clusters({ serverSettings: server.settings, stream });
    await pass(100);
    stream.emit({
      schema_id: EVENT_SCHEMA,
      cluster_id: 'one',
      action: 'changed'
    });
    await pass(31_000);
    expect(server.requests).toContain('GET clusters/one');
    // Each query also contains the time, to bypass caches.
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
