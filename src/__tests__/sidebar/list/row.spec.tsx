import { act, fireEvent } from '@testing-library/react';
import { CommandIDs } from '../../../commands/ids';
import { makeCluster, makeUsage } from '../../fakes';
import { lastCall, renderSidebar, rowOf, settle } from '../../render';

const NOON = Date.parse('2030-01-01T12:00:00Z');

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

describe('the row of a cluster', () => {
  // Guards against a launch without progress.
  it('shows the step and the elapsed time while starting', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          state: 'starting',
          message: 'Starting the kernel',
          created: '2030-01-01T11:59:50Z',
          workers: { requested: 2, ready: 0, queued: 0, failed: 0 }
        })
      )
    );
    rowOf(screen).getByText('Starting the kernel');
    const text = (): string =>
      screen.container.querySelector('.jp-ClusterLauncher-state')!.textContent!;
    const before = text();
    await act(async () => {
      await jest.advanceTimersByTimeAsync(60_000);
    });
    expect(text()).toContain('1 min');
    expect(text()).not.toBe(before);
  });

  // Guards against workers that change only on the server.
  it('shows workers, size, queue, cost, time left, usage and the lock', async () => {
    const screen = await renderSidebar(({ clusters }) =>
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
          usage: makeUsage({ cpu: 0.25, memory: 2 * 1024 ** 3, tasks: 12 }),
          warnings: ['Asked for 30, the limit is 8.']
        })
      )
    );
    const bar = rowOf(screen).getByRole('progressbar');
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
      rowOf(screen).getByText(words);
    }
    rowOf(screen).getByTitle('Traffic is encrypted');
    await act(async () =>
      screen.clusters.put(
        makeCluster({
          workers: { requested: 8, ready: 8, queued: 0, failed: 0 }
        })
      )
    );
    rowOf(screen).getByText('8 of 8 workers');
  });

  // Guards against a failed cluster that disappears with its reason.
  it('shows why a cluster failed until it is dismissed', async () => {
    const message = 'sbatch: error: Invalid account';
    const screen = await renderSidebar(({ clusters, commands }) => {
      clusters.put(makeCluster({ state: 'failed', message }));
      commands.addCommand(CommandIDs.stop, { execute: () => undefined });
      commands.addCommand(CommandIDs.showLogs, { execute: () => undefined });
    });
    rowOf(screen).getByText(message);
    fireEvent.click(rowOf(screen).getByRole('button', { name: 'Show logs' }));
    fireEvent.click(rowOf(screen).getByRole('button', { name: 'Dismiss' }));
    expect(screen.executed).toEqual([
      [CommandIDs.showLogs, { id: 'one' }],
      [CommandIDs.stop, { id: 'one' }]
    ]);
  });

  // Guards against scaling that requires a mouse.
  it('scales by keyboard, and shows why it failed', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const field = rowOf(screen).getByLabelText<HTMLInputElement>('Scale to');
    fireEvent.change(field, { target: { value: '5' } });
    screen.clusters.errors.change = 'At most 4 workers fit.';
    fireEvent.submit(field.form!);
    await settle();
    rowOf(screen).getByText('At most 4 workers fit.');
    expect(field.value).toBe('5');
    delete screen.clusters.errors.change;
    fireEvent.submit(field.form!);
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { workers: 5 }
    ]);
    expect(rowOf(screen).queryByText('At most 4 workers fit.')).toBeNull();
  });

  // Guards against a current number that cannot become a fixed one.
  it('stops adaptive scaling at the current number', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ adapt: { minimum: 0, maximum: 8 } }))
    );
    const field = rowOf(screen).getByLabelText<HTMLInputElement>('Scale to');
    fireEvent.change(field, { target: { value: '3' } });
    fireEvent.change(field, { target: { value: '2' } });
    fireEvent.click(rowOf(screen).getByRole('button', { name: 'Scale' }));
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { workers: 2 }
    ]);
  });

  // Guards against an adaptive cluster without bounds.
  it('starts adaptive scaling', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: 'Adapt…' }));
    fireEvent.change(rowOf(screen).getByLabelText('Maximum'), {
      target: { value: '7' }
    });
    fireEvent.click(rowOf(screen).getByRole('button', { name: 'Apply' }));
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { adapt: { minimum: 0, maximum: 7 } }
    ]);
  });

  // Guards against a cluster that shuts down although the user needs it.
  it('shows when an idle cluster shuts down, and keeps it', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          idle: { timeout: 1800, closes_at: '2030-01-01T12:05:30Z' }
        })
      )
    );
    rowOf(screen).getByText(/^idle for 2\d min, shuts down in \d min$/);
    fireEvent.click(rowOf(screen).getByRole('button', { name: 'Keep' }));
    await settle();
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { keep: true }
    ]);
  });

  // Guards against names that users cannot tell apart.
  it('renames with Enter, and not with Escape', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const edit = (key: string): void => {
      fireEvent.click(rowOf(screen).getByRole('button', { name: /^Rename/ }));
      const field = rowOf(screen).getByLabelText('Cluster name');
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
});
