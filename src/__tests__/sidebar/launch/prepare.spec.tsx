import { act, fireEvent } from '@testing-library/react';
import { makePlatform } from '../../fakes';
import { IScreen, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** The platforms and kernels that the server was to prepare for. */
function prepared(screen: IScreen): unknown[][] {
  return screen.clusters.calls
    .filter(([method]) => method === 'prepare')
    .map(([, ...args]) => args);
}

/** The launch form. */
function form(screen: IScreen): HTMLElement {
  return screen.getByRole('form', { name: 'Launch a cluster' });
}

async function wait(milliseconds: number): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(milliseconds));
}

describe('the preparation of a launch', () => {
  // Guards against a kernel for each user who has the sidebar open.
  it('begins when the form is touched, not when the sidebar opens', async () => {
    const screen = await renderSidebar();
    act(() => form(screen).querySelector('button')!.focus());
    fireEvent.pointerEnter(form(screen));
    await wait(100);
    fireEvent.pointerLeave(form(screen)); // The pointer only crossed it.
    await wait(120_000);
    expect(prepared(screen)).toEqual([]);
    act(() => screen.getByLabelText('Workers').focus());
    expect(prepared(screen)).toEqual([['local', 'python3']]);
  });

  it.each(['pointerDown', 'pointerEnter'] as const)(
    'begins with %s',
    async event => {
      const screen = await renderSidebar();
      fireEvent[event](form(screen));
      await wait(200);
      expect(prepared(screen)).toHaveLength(1);
    }
  );

  // Guards against a request for each click.
  it('is requested once in a period', async () => {
    const screen = await renderSidebar();
    for (let second = 0; second < 59; second++) {
      fireEvent.pointerDown(form(screen));
      await wait(1000);
    }
    expect(prepared(screen)).toHaveLength(1);
    await wait(2000);
    fireEvent.pointerDown(form(screen));
    expect(prepared(screen)).toHaveLength(2);
  });

  // Guards against a preparation that does not fit the launch.
  it('follows the choice of the user', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = ['local', 'denali'].map(name =>
        makePlatform({ name, title: name })
      );
    });
    fireEvent.pointerDown(form(screen));
    fireEvent.click(screen.getByRole('button', { name: /^Platform:/ }));
    fireEvent.click(screen.getByRole('radio', { name: /denali/ }), {
      detail: 1
    });
    await settle();
    expect(prepared(screen).map(([platform]) => platform)).toEqual([
      'local',
      'denali'
    ]);
  });

  // Guards against an alert about what only makes a launch faster.
  it('does not show that it failed', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.errors.prepare = 'There is no memory.';
    });
    fireEvent.pointerDown(form(screen));
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  // Guards against a second launch that is slower than the first.
  it('begins again after a launch', async () => {
    const screen = await renderSidebar();
    fireEvent.pointerDown(form(screen));
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    fireEvent.pointerDown(form(screen));
    expect(prepared(screen)).toHaveLength(2);
  });

  // Guards against a kernel that nobody needs, because the focus stays on a button
  // that is another one after the launch.
  it('does not begin again as the form collapses', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      const { launch } = clusters;
      clusters.launch = async request => {
        const cluster = await launch.call(clusters, request);
        clusters.put(cluster);
        return cluster;
      };
    });
    const button = screen.getByRole('button', { name: 'Launch' });
    act(() => button.focus());
    fireEvent.click(button);
    await settle();
    expect(form(screen).contains(document.activeElement)).toBe(true);
    expect(document.activeElement).not.toBe(button);
    expect(prepared(screen)).toHaveLength(1);
  });

  // Guards against a start where nothing can be launched.
  it('leaves out platforms that are not available', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform({ available: false, reason: 'There is no SLURM.' })
      ];
    });
    fireEvent.pointerDown(form(screen));
    await settle();
    expect(prepared(screen)).toEqual([]);
  });
});
