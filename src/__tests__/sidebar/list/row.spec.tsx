import { Clipboard } from '@jupyterlab/apputils';
import { act, fireEvent } from '@testing-library/react';
import { CommandIDs } from '../../../commands/ids';
import { makeCluster, makeWorkers, makePlatform, makeUsage } from '../../fakes';
import { expand, lastCall, renderSidebar, rowOf, settle } from '../../render';

const NOON = Date.parse('2030-01-01T12:00:00Z');

/** The button of a form, not that of the row with an icon and the same text. */
const BUTTON = { selector: 'button' };

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

describe('the row of a cluster', () => {
  // Guards against a dashboard that strangers see while its owner does not know.
  it('says who else can open the dashboard', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ dashboard_access: 'Everybody can.' }))
    );
    rowOf(screen).getByRole('button', {
      name: 'Dashboard and plots of Local 1. Everybody can.'
    });
  });

  // Guards against a launch without progress.
  it('shows the step and the elapsed time while starting', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          state: 'starting',
          message: 'Starting the kernel',
          created: '2030-01-01T11:59:50Z',
          workers: makeWorkers({ requested: 2 })
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
  it('shows workers, size, queue, cost, time left and the lock', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          workers: makeWorkers({
            requested: 8,
            ready: 3,
            queued: 5,
            failed: 1,
            died: 1
          }),
          queue: '5 queued (Resources), start about 14:05',
          expires: '2030-01-01T15:41:00Z',
          spent: {
            core_hours: 32,
            since: null,
            cost: { per_core_hour: 0.05, currency: 'USD' }
          },
          warnings: ['Asked for 30, the limit is 8.']
        })
      )
    );
    const bar = rowOf(screen).getByRole('progressbar', {
      name: 'Workers of Local 1'
    });
    expect(bar.getAttribute('aria-valuenow')).toBe('3');
    expect(bar.getAttribute('aria-valuemax')).toBe('8');
    expect(bar.getAttribute('aria-valuetext')).toBe('3 of 8 workers');
    rowOf(screen).getByText(
      /^This computer · 3 of 8 workers · 5 queued \(Resources\), start about 14:05 · 2 threads · 8 GiB · 1\.60 USD so far · 3 h 4\d min left/
    );
    rowOf(screen).getByText('1 worker died');
    rowOf(screen).getByText('Asked for 30, the limit is 8.');
    rowOf(screen).getByTitle('Traffic is encrypted');
  });

  // Guards against a row that does not say how far the work is.
  it('shows how far the tasks are, and what is wrong in colour', async () => {
    const usage = makeUsage({ cpu: 0.25, tasks: 40, done: 18, failed: 1 });
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ usage }))
    );
    const bar = rowOf(screen).getByRole('progressbar', {
      name: 'Tasks of Local 1'
    });
    expect(bar.getAttribute('aria-valuetext')).toBe('18 of 40 tasks');
    expect(bar.getAttribute('aria-valuenow')).toBe('18');
    expect(bar.children).toHaveLength(2);
    const wrong = [
      ...screen.container.querySelectorAll('.jp-ClusterLauncher-bad')
    ];
    expect(wrong.map(node => node.textContent)).toEqual(['1 failed']);
    rowOf(screen).getByText('CPU 25%');
    await act(async () => screen.clusters.put(makeCluster()));
    expect(rowOf(screen).queryByRole('progressbar')).toBeNull();
  });

  // Guards against clusters whose purpose is unknown.
  it('names the notebooks that use it', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    expect(rowOf(screen).queryByText(/a\.ipynb/)).toBeNull();
    screen.notebooks.usersOf.one = ['a.ipynb', 'b.ipynb'];
    await act(async () => screen.notebooks.usersChanged.emit());
    rowOf(screen).getByText(/ · a\.ipynb, b\.ipynb$/);
  });

  // Guards against details that can only be found in the code.
  it('unfolds kernel, versions, host, age, lifetime and address', async () => {
    const copied: string[] = [];
    jest
      .spyOn(Clipboard, 'copyToSystem')
      .mockImplementation(text => void copied.push(text as string));
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(
        makeCluster({
          created: '2030-01-01T10:00:00Z',
          keep_running: true,
          versions: { python: '3.11.2', dask: '2026.8.0' }
        })
      )
    );
    rowOf(screen).getByTitle('Keeps running when Jupyter stops');
    await expand(screen, 'details');
    for (const words of [
      'python3',
      'Python 3.11.2, dask 2026.8.0',
      '127.0.0.1',
      /^2 h/,
      'keeps running when Jupyter stops'
    ]) {
      rowOf(screen).getByText(words);
    }
    fireEvent.click(
      rowOf(screen).getByRole('button', { name: 'Copy the address of Local 1' })
    );
    expect(copied).toEqual(['tls://127.0.0.1:1234']);
  });

  // Guards against equal buttons in different rows, and rows without a heading.
  it('has a heading, and buttons that name the cluster', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    rowOf(screen).getByRole('heading', { name: 'Local 1', level: 3 });
    for (const button of rowOf(screen).getAllByRole('button')) {
      expect(button.getAttribute('aria-label')).toContain('Local 1');
    }
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
    fireEvent.click(rowOf(screen).getByText('Show logs'));
    fireEvent.click(rowOf(screen).getByText('Dismiss'));
    expect(screen.executed).toEqual([
      [CommandIDs.showLogs, { id: 'one' }],
      [CommandIDs.stop, { id: 'one' }]
    ]);
  });

  // Guards against a second launch that fails like the first, and a joined
  // cluster that is launched.
  it('launches an ended cluster again, with what its end asks for', async () => {
    const again = {
      options: { memory: '4GB' },
      change: 'with 4 GB per worker',
      workers: null,
      field: ''
    };
    const screen = await renderSidebar(({ clusters, commands }) => {
      clusters.put(makeCluster({ state: 'failed', again }));
      clusters.put(
        makeCluster({
          id: 'two',
          name: 'Local 2',
          state: 'closed',
          again: { options: {}, change: '', workers: null, field: '' }
        })
      );
      clusters.put(makeCluster({ id: 'six', name: 'Joined', state: 'closed' }));
      commands.addCommand(CommandIDs.launchAgain, {
        execute: () => undefined
      });
    });
    fireEvent.click(
      rowOf(screen).getByRole('button', {
        name: 'Launch again with 4 GB per worker: Local 1'
      })
    );
    fireEvent.click(rowOf(screen, 'Local 2').getByText('Launch again'));
    expect(screen.executed).toEqual([
      [CommandIDs.launchAgain, { id: 'one' }],
      [CommandIDs.launchAgain, { id: 'two' }]
    ]);
    expect(rowOf(screen, 'Joined').queryByText(/Launch again/)).toBeNull();
    await settle();
  });

  // Guards against a user who has to search for what was wrong, and types all
  // the rest again.
  it('shows the launch that failed in the form, and focuses the field', async () => {
    const queue = { type: 'string', title: 'Partition' };
    const scratch = { type: 'string', title: 'Folder' };
    const walltime = { type: 'string', title: 'Time limit', advanced: true };
    const slurm = makePlatform({
      name: 'slurm',
      title: 'SLURM',
      options: {
        type: 'object',
        properties: { queue, walltime, scratch }
      } as any
    });
    const failed = (field: string): any => ({
      ...{ id: field, name: `SLURM ${field}`, platform: 'slurm' },
      ...{
        state: 'failed',
        again: { options: {}, change: '', workers: null, field }
      },
      workers: makeWorkers({ requested: 5 }),
      options: { queue: 'nosuch', walltime: '9' }
    });
    const screen = await renderSidebar(({ clusters, preferences }) => {
      const pbs = { ...slurm, name: 'pbs', title: 'PBS', available: false };
      clusters.platformsResponse = [makePlatform(), slurm, pbs];
      preferences.choices.slurm = { options: { scratch: '/scratch/me' } };
      clusters.put(
        makeCluster({ ...failed('queue'), id: 'x', name: 'X', platform: 'pbs' })
      );
      for (const field of ['queue', 'walltime', 'gone', '']) {
        clusters.put(makeCluster(failed(field)));
      }
    });
    const change = (field: string): HTMLElement[] =>
      rowOf(screen, `SLURM ${field}`.trim()).queryAllByText(/^Change/);
    expect([...change('gone'), ...change('')]).toEqual([]);
    expect(rowOf(screen, 'X').queryByText(/^Change/)).toBeNull();
    fireEvent.click(change('queue')[0]);
    await settle();
    const partition = screen.getByLabelText('Partition') as HTMLInputElement;
    expect(document.activeElement).toBe(partition);
    expect(partition.value).toBe('nosuch');
    const workers = screen.getByLabelText('Workers') as HTMLInputElement;
    expect(workers.value).toBe('5');
    expect(screen.launch.forms.get(slurm).options).toEqual({
      queue: 'nosuch',
      walltime: '9',
      scratch: '/scratch/me'
    });
    fireEvent.change(partition, { target: { value: 'normal' } });
    await settle();
    expect(change('walltime')[0].textContent).toBe('Change Time limit…');
    fireEvent.click(change('walltime')[0]);
    await settle();
    expect(document.activeElement).toBe(screen.getByLabelText('Time limit'));
    // Once: the next choice of the user keeps the focus.
    (document.activeElement as HTMLElement).blur();
    fireEvent.click(change('queue')[0]);
    await settle();
    expect(document.activeElement).toBe(partition);
    fireEvent.change(partition, { target: { value: 'long' } });
    await settle();
    expect(document.activeElement).toBe(partition);
  });

  // Guards against memory that is requested again although it was not used.
  it('says what an ended cluster has used', async () => {
    const used = { units: 2, memory: 4e9, peak: 1e9, spilled: 0, cpu: 0.25 };
    const code = { create: 'LocalCluster(memory_limit="4GB")', connect: null };
    const screen = await renderSidebar(({ clusters }) => {
      clusters.put(makeCluster({ state: 'closed', used, code }));
      clusters.put(makeCluster({ id: 'two', name: 'Local 2', used, code }));
      clusters.put(makeCluster({ id: 'six', name: 'Six', state: 'closed' }));
    });
    const text = '2 workers × 4 GB: at most 1 GB used, CPU 25%';
    rowOf(screen).getByText(text);
    expect(rowOf(screen, 'Local 2').queryByText(/at most/)).toBeNull();
    expect(rowOf(screen, 'Six').queryByText(/at most/)).toBeNull();
  });

  // Guards against workers that are killed for memory again and again, and a
  // user who has to find out what to do.
  it('offers more memory while workers are killed for lack of it', async () => {
    const again = {
      options: { memory: '4GB' },
      change: 'with 4 GB per worker',
      workers: null,
      field: ''
    };
    const screen = await renderSidebar(({ clusters, commands }) => {
      clusters.put(makeCluster());
      commands.addCommand(CommandIDs.launchAgain, {
        execute: () => undefined
      });
    });
    expect(rowOf(screen).queryByText(/Launch again/)).toBeNull();
    await act(async () => screen.clusters.put(makeCluster({ again })));
    fireEvent.click(
      rowOf(screen).getByRole('button', {
        name: 'Launch again with 4 GB per worker: Local 1'
      })
    );
    expect(screen.executed).toEqual([[CommandIDs.launchAgain, { id: 'one' }]]);
    await settle();
  });

  // Guards against scaling that requires a mouse.
  it('scales by keyboard, and shows why it failed', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    const field = rowOf(screen).getByLabelText<HTMLInputElement>(/^Scale to/);
    expect(document.activeElement).toBe(field);
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
    expect(rowOf(screen).queryByLabelText(/^Scale to/)).toBeNull();
  });

  // Guards jobs of a cluster that is needed for longer than was planned.
  it('changes for how long jobs are kept', async () => {
    const until = new Date(Date.now() + 2.5 * 3600_000).toISOString();
    const renewal = { until, renewed: 0, replaced: 0 };
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ renewal }))
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    const field = rowOf(screen).getByLabelText<HTMLSelectElement>(
      'Keep jobs running for'
    );
    expect([...field.options].map(option => option.text)).toEqual([
      '2 h 30 min more, as now',
      '4 h from now',
      '8 h from now',
      '12 h from now',
      '1 d from now',
      '3 d from now',
      '7 d from now',
      'One time limit'
    ]);
    expect(rowOf(screen).queryByText('Apply')).toBeNull();
    fireEvent.change(field, { target: { value: '14400' } });
    fireEvent.click(rowOf(screen).getByText('Apply'));
    await settle();
    expect(lastCall(screen, 'change')[2]).toEqual({ renew_for: 14400 });
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    fireEvent.change(rowOf(screen).getByLabelText('Keep jobs running for'), {
      target: { value: 'off' }
    });
    fireEvent.click(rowOf(screen).getByText('Apply'));
    await settle();
    expect(lastCall(screen, 'change')[2]).toEqual({ renew_for: null });
  });

  // Guards against a promise where there are no jobs with a time limit.
  it('keeps no jobs where there are none', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    expect(rowOf(screen).queryByLabelText(/^Keep jobs/)).toBeNull();
  });

  // Guards against a field that leads to "2 of 3 workers" forever.
  it('does not offer to scale a cluster of fixed size', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ scalable: false }))
    );
    rowOf(screen).getByText(/2 workers/);
    expect(rowOf(screen).queryByRole('button', { name: /^Scale/ })).toBeNull();
  });

  // Guards against a current number that cannot become a fixed one.
  it('stops adaptive scaling at the current number', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ adapt: { minimum: 0, maximum: 8 } }))
    );
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    const field = rowOf(screen).getByLabelText<HTMLInputElement>(/^Scale to/);
    fireEvent.change(field, { target: { value: '3' } });
    fireEvent.change(field, { target: { value: '2' } });
    fireEvent.click(rowOf(screen).getByText('Scale', BUTTON));
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
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Scale/ }));
    fireEvent.click(rowOf(screen).getByText('Adaptive…'));
    fireEvent.change(rowOf(screen).getByLabelText('Maximum'), {
      target: { value: '7' }
    });
    fireEvent.click(rowOf(screen).getByText('Apply'));
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
    fireEvent.click(rowOf(screen).getByText('Extend'));
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
    const edit = async (key: string): Promise<void> => {
      fireEvent.click(rowOf(screen).getByRole('button', { name: /^Rename/ }));
      const field = rowOf(screen).getByLabelText(/^Cluster name/);
      fireEvent.change(field, { target: { value: 'tides' } });
      fireEvent.keyDown(field, { key });
      await settle();
    };
    await edit('Escape');
    expect(screen.clusters.calls).not.toContainEqual(
      expect.arrayContaining(['change'])
    );
    await edit('Enter');
    expect(lastCall(screen, 'change')).toEqual([
      'change',
      'one',
      { name: 'tides' }
    ]);
  });

  // Guards against a text that is lost because the server refused it, and against a
  // refusal for each time that the focus leaves the field.
  it('keeps a refused name in the field, with the reason', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    screen.clusters.errors.change = 'A name must have 1 to 60 characters.';
    fireEvent.click(rowOf(screen).getByRole('button', { name: /^Rename/ }));
    const field = (): HTMLInputElement =>
      rowOf(screen).getByLabelText<HTMLInputElement>(/^Cluster name/);
    fireEvent.change(field(), { target: { value: 'tides*' } });
    fireEvent.keyDown(field(), { key: 'Enter' });
    await settle();
    fireEvent.blur(field());
    await settle();
    const sent = (): unknown[] =>
      screen.clusters.calls
        .filter(([name]) => name === 'change')
        .map(([, , change]) => change);
    expect(sent()).toEqual([{ name: 'tides*' }]);
    expect(rowOf(screen).getByRole('alert').textContent).toBe(
      'A name must have 1 to 60 characters.'
    );
    expect(field().value).toBe('tides*');
    delete screen.clusters.errors.change;
    fireEvent.change(field(), { target: { value: 'tides' } });
    fireEvent.blur(field());
    await settle();
    expect(sent()).toEqual([{ name: 'tides*' }, { name: 'tides' }]);
    expect(rowOf(screen).queryByLabelText(/^Cluster name/)).toBeNull();
  });
});
