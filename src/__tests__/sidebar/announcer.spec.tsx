import { act, render } from '@testing-library/react';
import React from 'react';
import { Clusters } from '../../api/clusters';
import { Announcer } from '../../sidebar/announcer';
import {
  errorResponse,
  FakeServer,
  makeCluster,
  makeWorkers,
  trans
} from '../fakes';
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

  // Guards against a hundred sentences about clusters of which the user knows, or
  // that the list has anyway.
  it.each<[string, unknown]>([
    ['at once', undefined],
    ['at the second try', errorResponse(503, 'Not yet.')]
  ])('says nothing of the list that is loaded %s', async (_, failure) => {
    jest.useRealTimers();
    const server = new FakeServer();
    const route = 'GET clusters';
    const list = Array.from({ length: 100 }, (_, n) =>
      makeCluster({ id: `${n}`, name: `c${n}` })
    );
    server.responses[route] = failure ?? list;
    const clusters = new Clusters({ serverSettings: server.settings });
    const screen = render(<Announcer {...{ clusters, trans }} />);
    /** What is said with the next response. */
    const next = async (response: unknown): Promise<string | null> => {
      server.responses[route] = response;
      await act(() => clusters.refresh());
      return screen.getByRole('status').textContent;
    };
    await act(() => clusters.ready);
    expect(screen.getByRole('status').textContent).toBe('');
    expect(await next(list)).toBe('');
    expect(clusters.clusters).toHaveLength(100);
    const changed = [{ ...list[0], state: 'failed' }, ...list.slice(1)];
    expect(await next(changed)).toBe('c0: Failed');
    // Nor does it say all that happened while there was no connection.
    await next(errorResponse(503, 'Gone.'));
    expect(await next([])).toBe('100 clusters changed');
    clusters.dispose();
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
