import { act, fireEvent, within } from '@testing-library/react';
import { mockAllIsIntersecting } from 'react-intersection-observer/test-utils';
import { CommandIDs } from '../../../commands';
import { makeCluster, pseudo } from '../../fakes';
import { drawSidebar, IScreen, lastCall, settle } from '../../render';

const NOON = Date.parse('2030-01-01T12:00:00Z');

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

/** The row of a cluster by its name. */
function row(screen: IScreen, name = 'Local 1') {
  return within(screen.getByRole('listitem', { name }));
}

describe('the list of clusters', () => {
  // Guards against an empty space that explains nothing.
  it('says what to do where there is no cluster', async () => {
    const screen = await drawSidebar();
    expect(screen.container.textContent).toContain('None yet.');
  });

  // Guards against a spinner in place of what is going on.
  it('tells step and elapsed time while starting', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          state: 'starting',
          message: 'Starting Python',
          created: '2030-01-01T11:59:50Z',
          workers: { requested: 2, ready: 0, queued: 0, failed: 0 }
        })
      )
    );
    row(screen).getByText('Starting Python');
    const text = (): string =>
      screen.container.querySelector('.jp-ClusterLauncher-state')!.textContent!;
    const before = text();
    await act(async () => {
      await jest.advanceTimersByTimeAsync(60_000);
    });
    expect(text()).toContain('1 min');
    expect(text()).not.toBe(before);
  });

  // Guards against workers that change on the server but not on the screen.
  it('shows workers, size, queue, cost, time left, usage and the lock', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          workers: { requested: 8, ready: 3, queued: 5, failed: 1 },
          queue: '5 queued (Resources), start about 14:05',
          expires: '2030-01-01T15:41:00Z',
          spent: {
            core_hours: 32,
            since: null,
            cost: { per_core_hour: 0.05, currency: 'USD' }
          },
          usage: { cpu: 0.25, memory: 2 * 1024 ** 3, tasks: 12 },
          warnings: ['Asked for 30, the limit is 8.']
        })
      )
    );
    const bar = row(screen).getByRole('progressbar');
    expect(bar.getAttribute('aria-valuenow')).toBe('3');
    expect(bar.getAttribute('aria-valuemax')).toBe('8');
    for (const words of [
      '3 of 8 workers',
      /5 queued \(Resources\), start about 14:05 · 1 failed · 2 cores · 8 GiB · 1\.60 USD so far · 3 h 4\d min left/,
      '25%',
      '2 GiB',
      '12 tasks',
      'Asked for 30, the limit is 8.'
    ]) {
      row(screen).getByText(words);
    }
    row(screen).getByTitle('Traffic is encrypted');
    await act(async () =>
      screen.clusters.put(
        makeCluster({
          workers: { requested: 8, ready: 8, queued: 0, failed: 0 }
        })
      )
    );
    row(screen).getByText('8 of 8 workers');
  });

  // Guards against a failed cluster that vanishes with its reason.
  it('keeps the reason of a failed cluster until it is dismissed', async () => {
    const message = 'sbatch: error: Invalid account';
    const screen = await drawSidebar(({ clusters, commands }) => {
      clusters.put(makeCluster({ state: 'failed', message }));
      commands.addCommand(CommandIDs.stop, { execute: () => undefined });
      commands.addCommand(CommandIDs.showLogs, { execute: () => undefined });
    });
    row(screen).getByText(message);
    fireEvent.click(row(screen).getByRole('button', { name: 'Show log' }));
    fireEvent.click(row(screen).getByRole('button', { name: 'Dismiss' }));
    expect(screen.executed).toEqual([
      [CommandIDs.showLogs, { id: 'one' }],
      [CommandIDs.stop, { id: 'one' }]
    ]);
  });

  // Guards against scaling that needs a mouse.
  it('scales by keyboard, and says why it cannot', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const field = row(screen).getByLabelText<HTMLInputElement>('Scale to');
    fireEvent.change(field, { target: { value: '5' } });
    screen.clusters.errors.change = 'At most 4 workers fit.';
    fireEvent.submit(field.form!);
    await settle();
    row(screen).getByText('At most 4 workers fit.');
    expect(field.value).toBe('5');
    delete screen.clusters.errors.change;
    fireEvent.submit(field.form!);
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { workers: 5 }
    ]);
    expect(row(screen).queryByText('At most 4 workers fit.')).toBeNull();
  });

  // Guards against a number that cannot be fixed because it is that just now.
  it('ends adapting at the number that there is', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(makeCluster({ adapt: { minimum: 0, maximum: 8 } }))
    );
    const field = row(screen).getByLabelText<HTMLInputElement>('Scale to');
    fireEvent.change(field, { target: { value: '3' } });
    fireEvent.change(field, { target: { value: '2' } });
    fireEvent.click(row(screen).getByRole('button', { name: 'Scale' }));
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { workers: 2 }
    ]);
  });

  // Guards against a running cluster that adapts without bounds.
  it('adapts within bounds', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    fireEvent.click(row(screen).getByRole('button', { name: 'Adapt…' }));
    fireEvent.change(row(screen).getByLabelText('At most'), {
      target: { value: '7' }
    });
    fireEvent.click(
      row(screen).getByRole('button', { name: 'Adapt to the load' })
    );
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { adapt: { minimum: 0, maximum: 7 } }
    ]);
  });

  // Guards against a cluster that closes although somebody needs it.
  it('says when an idle cluster closes, and keeps it with a click', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          idle: { timeout: 1800, closes_at: '2030-01-01T12:05:30Z' }
        })
      )
    );
    row(screen).getByText(/^idle for 2\d min, closes in \d min$/);
    fireEvent.click(row(screen).getByRole('button', { name: 'Keep' }));
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { keep: true }
    ]);
  });

  // Guards against names that nobody can tell apart.
  it('renames with Enter, and not with Escape', async () => {
    const screen = await drawSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const edit = (key: string): void => {
      fireEvent.click(row(screen).getByRole('button', { name: /^Rename/ }));
      const field = row(screen).getByLabelText('Name of the cluster');
      fireEvent.change(field, { target: { value: 'tides' } });
      fireEvent.keyDown(field, { key });
    };
    edit('Escape');
    expect(screen.clusters.calls).not.toContainEqual(
      expect.arrayContaining(['change'])
    );
    edit('Enter');
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { name: 'tides' }
    ]);
  });

  // Guards against a screen reader that is told nothing.
  it('announces changes of state', async () => {
    const screen = await drawSidebar();
    const heard = (): string =>
      screen.container.querySelector('[aria-live="polite"]')!.textContent!;
    await act(async () =>
      screen.clusters.put(makeCluster({ state: 'starting' }))
    );
    expect(heard()).toBe('Local 1: Starting');
    await act(async () => screen.clusters.put(makeCluster()));
    expect(heard()).toBe('Local 1: Running');
    await act(async () => screen.clusters.drop('one'));
    expect(heard()).toBe('Local 1 is gone');
  });

  // Guards against a sidebar that stutters as the list grows: rows are drawn
  // when they come near, and a report about one cluster draws one row.
  it('draws only the row that changed, of a hundred', async () => {
    const screen = await drawSidebar(({ clusters }) => {
      for (let index = 0; index < 100; index++) {
        clusters.put(makeCluster({ id: `${index}`, name: `c${index}` }));
      }
    });
    // Those out of sight have no more than a name and a state.
    expect(screen.getAllByRole('progressbar').length).toBeLessThan(10);
    expect(screen.getAllByRole('listitem')).toHaveLength(100);
    row(screen, 'c99').getByText('c99');
    row(screen, 'c99').getByText(/^Running/);
    mockAllIsIntersecting(true);
    expect(screen.getAllByRole('progressbar')).toHaveLength(100);
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

  // Guards against text that cannot be translated.
  it('translates every string', async () => {
    const screen = await drawSidebar(
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
    // What comes from platforms, kernels and clusters is not ours to translate.
    const data = [
      'A laptop or desktop',
      'Analysis',
      'Extra arguments',
      'Python 3',
      'This computer',
      'Threads per worker',
      'Workers',
      'the code',
      '1 GiB'
    ];
    const missed = [...shown].filter(
      text => /[a-z]{2}/i.test(text) && !text.includes('⟦')
    );
    expect(missed.filter(text => !data.includes(text))).toEqual([]);
    expect(missed).toContain('Extra arguments');
  });
});
