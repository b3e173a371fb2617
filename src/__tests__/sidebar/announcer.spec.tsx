import { act } from '@testing-library/react';
import { makeCluster, makeWorkers } from '../fakes';
import { IScreen, renderSidebar, settle } from '../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const announcer = ({ container }: IScreen): Element =>
  container.querySelector('.jp-ClusterLauncher-announcer')!;

describe('a screen reader', () => {
  // Guards against a user who hears of one of two clusters that have failed.
  it('says all that changes at once', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.put(makeCluster());
      clusters.put(makeCluster({ id: 'two', name: 'Tides' }));
    });
    await act(async () => {
      screen.clusters.put(makeCluster({ state: 'failed' }));
      screen.clusters.put(
        makeCluster({ id: 'two', name: 'Tides', state: 'failed' })
      );
    });
    await settle();
    const texts = [...announcer(screen).querySelectorAll('p')].map(
      ({ textContent }) => textContent
    );
    expect(texts).toEqual([
      expect.stringMatching(/^Local 1: /),
      expect.stringMatching(/^Tides: /)
    ]);
  });

  // Guards against workers that are lost and come back, which nobody hears.
  it('says a text again', async () => {
    const screen = await renderSidebar();
    const report = async (ready: number): Promise<string> => {
      const workers = makeWorkers({ requested: 2, ready });
      await act(async () => screen.clusters.put(makeCluster({ workers })));
      await settle();
      return announcer(screen).textContent!;
    };
    await report(1);
    const first = await report(2);
    expect(first).toMatch(/^Local 1: 2 workers/);
    await report(1);
    const changes: unknown[] = [];
    const observer = new MutationObserver(seen => changes.push(...seen));
    observer.observe(announcer(screen), { childList: true, subtree: true });
    expect(await report(2)).toBe(first);
    observer.disconnect();
    expect(changes).not.toEqual([]);
  });
});
