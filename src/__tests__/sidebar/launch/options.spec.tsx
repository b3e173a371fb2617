import { fireEvent } from '@testing-library/react';
import { makePlatform } from '../../fakes';
import { drawSidebar, IScreen, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const PENDING = 'Asking the gateway for its options…';
const TIMEOUT = 'dask-gateway did not answer within 15 seconds. Try again.';

/** A sidebar with a platform that has to be asked for its options. */
const draw = (prepare: (screen: IScreen) => void): Promise<IScreen> =>
  drawSidebar(screen => {
    screen.clusters.platformList = [
      makePlatform({
        name: 'nebari',
        options: { type: 'object', properties: {} },
        options_from: 'gateway'
      })
    ];
    prepare(screen);
  });

describe('options that have to be asked for', () => {
  // Guards against a form that stands still without a word while it waits.
  it('says that it asks, with a sign that turns, until there is an answer', async () => {
    let answer: (options: any) => void = () => undefined;
    const screen = await draw(({ clusters }) => {
      clusters.options = () => new Promise(resolve => (answer = resolve));
    });
    const pending = screen.getByText(PENDING);
    expect(pending.getAttribute('role')).toBe('status');
    expect(pending.className).toBe('jp-ClusterLauncher-pending');
    const launch = screen.getByRole('button', { name: 'Launch' });
    expect((launch as HTMLButtonElement).disabled).toBe(true);
    answer({ type: 'object', properties: {} });
    await settle();
    expect(screen.queryByText(PENDING)).toBeNull();
    expect((launch as HTMLButtonElement).disabled).toBe(false);
  });

  // Guards against "try again in a minute" with nothing to try again with.
  it('tells when the time is over, and asks again when it is told to', async () => {
    const screen = await draw(({ clusters }) => {
      clusters.errors.options = TIMEOUT;
    });
    expect(screen.getByRole('alert').textContent).toContain('15 seconds');
    expect(screen.queryByText(PENDING)).toBeNull();
    delete screen.clusters.errors.options;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
    const launch = screen.getByRole('button', { name: 'Launch' });
    expect((launch as HTMLButtonElement).disabled).toBe(false);
  });
});
