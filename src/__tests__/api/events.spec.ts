import { Clusters } from '../../api/clusters';
import { Events } from '../../api/events';
import { FakeServer, makeCluster } from '../fakes';

/** A WebSocket that opens and closes when a test says so. */
class FakeSocket extends EventTarget {
  static readonly all: FakeSocket[] = [];
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeSocket.all.push(this);
  }

  open(): void {
    this.dispatchEvent(new Event('open'));
  }

  /** Called by the manager as well as by a test. */
  close(): void {
    this.dispatchEvent(new Event('close'));
    this.onclose?.();
  }
}

describe('Events', () => {
  let server: FakeServer;
  let events: Events;
  let model: Clusters;

  /** Let time pass, in milliseconds. */
  const pass = (span: number): Promise<void> =>
    jest.advanceTimersByTimeAsync(span);

  beforeEach(async () => {
    jest.useFakeTimers();
    FakeSocket.all.length = 0;
    server = new FakeServer();
    server.responses['GET clusters'] = [makeCluster()];
    const serverSettings = {
      ...server.settings,
      WebSocket: FakeSocket as unknown as typeof WebSocket
    };
    events = new Events(serverSettings);
    model = new Clusters({
      serverSettings,
      stream: events.stream,
      interrupted: events.interrupted
    });
    await pass(100);
    await model.ready;
    FakeSocket.all[0].open();
    await pass(100);
  });

  afterEach(() => {
    model.dispose();
    events.dispose();
    jest.useRealTimers();
  });

  // Guards against a second request of every page that is opened.
  it('fetches the list once while the first connection is made', () => {
    expect(server.requests).toEqual(['GET clusters']);
  });

  // Guards against a panel that is wrong for a minute and a half.
  it('shows soon after a restart what the new server has', async () => {
    const down = (): never => {
      throw new TypeError('Failed to fetch');
    };
    server.responses['GET clusters'] = down;
    FakeSocket.all[0].close();
    await pass(100);
    expect(model.status).toBe('unreachable');

    server.responses['GET clusters'] = [makeCluster({ state: 'closed' })];
    await pass(4_000); // The first attempt to connect again.
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.all[1].open();
    await pass(100);
    expect(model.status).toBe('ready');
    expect(model.get('one')!.state).toBe('closed');
  });

  // Guards against requests of a page that is being closed.
  it('fetches nothing after it is disposed', async () => {
    events.dispose();
    FakeSocket.all[0].close();
    await pass(100);
    expect(server.requests).toEqual(['GET clusters']);
  });
});
