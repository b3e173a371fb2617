import { Notification } from '@jupyterlab/apputils';
import { insertShort } from '../../notebook/shortcode';
import { FakeNotebooks, makeCluster, trans } from '../fakes';

/** Make a notebook whose kernel responds with a value, or never if null. */
function makePanel(hasConnect: boolean | null): any {
  const json = JSON.stringify({ versions: {}, hasConnect });
  const environment = { data: { 'text/plain': `'${json}'` } };
  const reply = {
    content: { status: 'ok', user_expressions: { environment } }
  };
  const done =
    hasConnect === null ? new Promise(() => undefined) : Promise.resolve(reply);
  const kernel = { requestExecute: () => ({ done }) };
  return { sessionContext: { session: { kernel } } };
}

describe('insertShort', () => {
  let notebooks: FakeNotebooks;

  const inserted = (): string[] => notebooks.inserted.map(([, kind]) => kind);

  beforeEach(() => {
    notebooks = new FakeNotebooks();
  });

  afterEach(() => Notification.dismiss());

  // Guards against short code that is never inserted.
  it('inserts if the kernel has the package', async () => {
    notebooks.panel = makePanel(true);
    await insertShort(makeCluster(), notebooks, trans);
    expect(inserted()).toEqual(['short']);
  });

  // Guards against an ImportError as the only explanation.
  it('explains what is missing, and offers the full code', async () => {
    notebooks.panel = makePanel(false);
    await insertShort(makeCluster(), notebooks, trans);
    expect(inserted()).toEqual([]);
    const [{ message, options }] = Notification.manager.notifications;
    expect(message).toContain('requires jupyter-cluster-launcher');
    options.actions![0].callback({} as MouseEvent);
    expect(inserted()).toEqual(['connect']);
  });

  // Guards against a click without effect while the kernel is busy.
  it('does not wait for a busy kernel', async () => {
    jest.useFakeTimers();
    notebooks.panel = makePanel(null);
    const done = insertShort(makeCluster(), notebooks, trans);
    await jest.advanceTimersByTimeAsync(2000);
    await done;
    jest.useRealTimers();
    expect(inserted()).toEqual(['short']);
  });
});
