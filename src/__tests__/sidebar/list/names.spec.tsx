import { act, fireEvent } from '@testing-library/react';
import { makeCluster, makePlatform, makeWorker } from '../../fakes';
import { expand, IScreen, renderSidebar, rowOf, settle } from '../../render';

beforeEach(() => jest.useFakeTimers({ now: Date.parse('2030-01-01T12:00Z') }));
afterEach(() => jest.useRealTimers());

const again = { options: {}, change: '', workers: null, field: 'threads' };

/** What has a name for screen readers in several rows. */
const NAMED = 'button, summary, select, form[aria-label], ul[aria-label]';

/** The names of all buttons, of what can be expanded, and the like of the rows. */
function namesIn({ container }: IScreen): string[] {
  const list = container.querySelector('.jp-ClusterLauncher-list')!;
  return [...list.querySelectorAll(NAMED)].map(
    node => node.getAttribute('aria-label') ?? node.textContent!
  );
}

describe('the controls of several rows', () => {
  // Guards against a list of buttons in a screen reader of which two are called
  // the same, and words that voice control does not find.
  it.each([
    ['failed', 'Dismiss'],
    ['lost', 'Clean up']
  ] as const)('have different names if %s', async (state, dismiss) => {
    const screen = await renderSidebar(({ clusters }) => {
      const idle = { timeout: 1800, closes_at: '2030-01-01T12:05:30Z' };
      const renewal = { until: null, renewed: 0, replaced: 0 };
      clusters.platformsResponse = [makePlatform()];
      clusters.workersResponse = {
        workers: Array.from({ length: 20 }, (_, n) =>
          makeWorker({ id: `w${n}`, name: `${n}` })
        ),
        dead: [
          {
            ...{ id: 'dead', name: 'dead', when: '2030-01-01T12:00:00Z' },
            reason: 'Killed: it used more than 95% of its memory.'
          }
        ]
      };
      for (const n of ['1', '2']) {
        clusters.put(
          makeCluster({ id: `t${n}`, name: `Tides ${n}`, state, again })
        );
        const name = `Waves ${n}`;
        clusters.put(makeCluster({ id: `i${n}`, name, idle, again, renewal }));
      }
    });
    for (const name of ['Waves 1', 'Waves 2']) {
      const row = rowOf(screen, name);
      fireEvent.click(row.getByRole('button', { name: `Scale ${name}` }));
      fireEvent.click(row.getByText('Adaptive…'));
      fireEvent.change(row.getByLabelText(/^Scale to/), {
        target: { value: '5' }
      });
      fireEvent.change(row.getByLabelText('Keep jobs running for'), {
        target: { value: '14400' }
      });
      const details = row.getByText('Details').parentElement!;
      await act(async () => {
        (details as HTMLDetailsElement).open = true;
        fireEvent(details, new Event('toggle'));
      });
    }
    await settle();
    for (const name of ['Waves 1', 'Waves 2']) {
      const row = rowOf(screen, name);
      row.getByRole('spinbutton', { name: `Scale to: ${name}` });
      row.getByRole('combobox', { name: `Keep jobs running for: ${name}` });
      row.getByRole('list', { name: `Workers: ${name}` });
      row.getByRole('list', { name: `Died: ${name}` });
    }
    const names = namesIn(screen);
    const repeated = names.filter((name, n) => names.indexOf(name) !== n);
    expect(repeated).toEqual([]);
    for (const text of [
      ...['Launch again', 'Show logs', dismiss, 'Extend'],
      ...['Change Threads per worker…', 'Show all 20 workers'],
      ...['Scale', 'Apply', 'Details']
    ]) {
      const of = screen.getAllByText(text, { selector: 'button, summary' });
      expect(of.length).toBeGreaterThan(1);
      for (const node of of) {
        expect(node.getAttribute('aria-label')).toMatch(
          new RegExp(`^${text}: .*(Tides|Waves) [12]$`)
        );
      }
    }
  });
});

describe('Keep Running', () => {
  // Guards against a choice that leaves no mark on the row.
  it('pins the row while it holds', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const pin = (): HTMLElement | null =>
      rowOf(screen).queryByTitle('Keeps running when Jupyter stops');
    expect(pin()).toBeNull();
    await act(async () =>
      screen.clusters.put(makeCluster({ keep_running: true }))
    );
    expect(pin()!.querySelector('svg')).not.toBeNull();
    await act(async () => screen.clusters.put(makeCluster()));
    expect(pin()).toBeNull();
    await expand(screen, 'details');
    rowOf(screen).getByText('stops with Jupyter');
  });
});
