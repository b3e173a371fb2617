import { act } from '@testing-library/react';
import { mockAllIsIntersecting } from 'react-intersection-observer/test-utils';
import { makeCluster, pseudo } from '../../fakes';
import { renderSidebar, rowOf, settle } from '../../render';

const NOON = Date.parse('2030-01-01T12:00:00Z');

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

describe('the list of clusters', () => {
  // Guards against an empty list without an explanation.
  it('explains how to launch a cluster if there is none', async () => {
    const screen = await renderSidebar();
    expect(screen.container.textContent).toContain('No clusters yet.');
  });

  // Guards against changes that screen readers do not announce.
  it('announces changes of state', async () => {
    const screen = await renderSidebar();
    const announced = (): string =>
      screen.container.querySelector('[aria-live="polite"]')!.textContent!;
    await act(async () =>
      screen.clusters.put(makeCluster({ state: 'starting' }))
    );
    expect(announced()).toBe('Local 1: Starting');
    await act(async () => screen.clusters.put(makeCluster()));
    expect(announced()).toBe('Local 1: Running');
    await act(async () => screen.clusters.remove('one'));
    expect(announced()).toBe('Local 1 was removed');
  });

  // Guards against a slow sidebar with many clusters: rows are rendered in full
  // near the viewport, and a report about a cluster renders only its row.
  it('renders only the row that changed, of a hundred', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      for (let index = 0; index < 100; index++) {
        clusters.put(makeCluster({ id: `${index}`, name: `c${index}` }));
      }
    });
    // Rows outside of the viewport have only a name and a state.
    expect(screen.getAllByText('CPU 50%').length).toBeLessThan(10);
    expect(screen.getAllByRole('listitem')).toHaveLength(100);
    const last = rowOf(screen, 'c99');
    last.getByText('c99');
    last.getByText(/2 workers/);
    mockAllIsIntersecting(true);
    expect(screen.getAllByText('CPU 50%')).toHaveLength(100);
    const changed = new Set<Element>();
    const observer = new MutationObserver(records =>
      records.forEach(({ target }) => {
        const node = target.parentElement?.closest('li');
        if (node) {
          changed.add(node);
        }
      })
    );
    observer.observe(screen.container, {
      attributes: true,
      characterData: true,
      childList: true,
      subtree: true
    });
    await act(async () =>
      screen.clusters.put(makeCluster({ id: '7', name: 'c7', cores: 3 }))
    );
    expect([...changed].map(node => node.getAttribute('aria-label'))).toEqual([
      'c7'
    ]);
  });

  // Guards against a form with what is typed in it that goes when a cluster is
  // launched, as the first rows are drawn before the others.
  it('keeps every row when another one comes', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      for (let index = 0; index < 20; index++) {
        clusters.put(makeCluster({ id: `${index}`, name: `c${index}` }));
      }
    });
    const before = screen.getAllByRole('listitem');
    await act(async () =>
      screen.clusters.put(makeCluster({ id: 'new', name: 'new' }))
    );
    const after = screen.getAllByRole('listitem');
    expect(after).toHaveLength(21);
    expect(before.filter(row => !after.includes(row))).toEqual([]);
  });

  // Guards against strings that cannot be translated.
  it('translates every string', async () => {
    const screen = await renderSidebar(
      ({ clusters }) => {
        clusters.put(
          makeCluster({
            name: '⟦data⟧',
            platform_title: '⟦data⟧',
            idle: { timeout: 1800, closes_at: '2030-01-01T12:05:30Z' },
            expires: '2030-01-01T15:40:00Z',
            adapt: { minimum: 0, maximum: 3 }
          })
        );
        clusters.put(
          makeCluster({
            id: 'two',
            name: '⟦data⟧',
            platform_title: '⟦data⟧',
            state: 'failed'
          })
        );
      },
      { trans: pseudo.load('') }
    );
    await act(async () => screen.launch.fold.set(true));
    screen.container
      .querySelectorAll('details')
      .forEach(node => (node.open = true));
    await settle();
    const shown = new Set<string>();
    const walker = document.createTreeWalker(
      screen.container,
      NodeFilter.SHOW_TEXT
    );
    while (walker.nextNode()) {
      shown.add(walker.currentNode.textContent!.trim());
    }
    for (const node of screen.container.querySelectorAll('*')) {
      for (const name of ['title', 'aria-label', 'placeholder']) {
        shown.add(node.getAttribute(name) ?? '');
      }
    }
    // The texts of platforms, kernels and clusters are not translated.
    const data = [
      'A laptop or desktop',
      'Analysis',
      'Extra arguments',
      'Memory per worker',
      'Python 3',
      'This computer',
      'Threads per worker',
      'Workers',
      'python3',
      'tls://127.0.0.1:1234',
      '1 GiB'
    ];
    const missed = [...shown].filter(
      text => /[a-z]{2}/i.test(text) && !text.includes('⟦')
    );
    expect(missed.filter(text => !data.includes(text))).toEqual([]);
    expect(missed).toContain('Extra arguments');
  });
});
