import { Clipboard } from '@jupyterlab/apputils';
import { act, fireEvent } from '@testing-library/react';
import { ICluster } from '../../../tokens';
import { makeCluster, makePlatform } from '../../fakes';
import { renderSidebar, IScreen, lastCall, settle, expand } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Click a button. */
async function click(screen: IScreen, name = 'Launch'): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name }));
  await settle();
}

/** Find a field by its label. */
function field(screen: IScreen, label: string): HTMLInputElement {
  return screen.getByLabelText(label) as HTMLInputElement;
}

describe('the launch form', () => {
  // Guards against a request that differs from the form.
  it('sends the values of the form', async () => {
    const screen = await renderSidebar(({ notebooks }) =>
      notebooks.select({
        path: 'work/a.ipynb',
        name: 'a.ipynb',
        kernelName: 'analysis',
        language: 'python',
        clusterId: null
      })
    );
    fireEvent.change(screen.getByLabelText('Workers'), {
      target: { value: '3' }
    });
    await expand(screen, 'lifetime');
    fireEvent.change(screen.getByLabelText('Name'), {
      target: { value: 'mine' }
    });
    fireEvent.click(screen.getByLabelText('Keep running when Jupyter stops'));
    fireEvent.change(screen.getByLabelText('Shut down when idle for'), {
      target: { value: '1800' }
    });
    fireEvent.click(screen.getByLabelText('Encrypt'));
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toEqual({
      platform: 'local',
      workers: 3,
      options: {},
      tls: false,
      keep_running: true,
      idle_timeout: 1800,
      kernel_name: 'analysis',
      cwd: 'work',
      name: 'mine'
    });
    expect(screen.launched).toEqual(['one']);
    expect(screen.preferences.choices.local).toMatchObject({ workers: 3 });
  });

  // Guards against a cluster that costs more than the user wanted to spend.
  it('stops at the core-hours that the user chose', async () => {
    const screen = await renderSidebar();
    await expand(screen, 'lifetime');
    const limit = screen.getByLabelText('Stop at') as HTMLSelectElement;
    expect(limit.selectedOptions[0].textContent).toBe('No limit of core-hours');
    fireEvent.change(limit, { target: { value: limit.options[1].value } });
    const hours = Number(limit.options[1].value);
    expect(limit.selectedOptions[0].textContent).toContain('core-hour');
    screen.getByText(/^Changed: stops at .* core-hour/);
    await click(screen);
    expect(lastCall(screen, 'launch')[1].core_hours).toBe(hours);
    expect(screen.preferences.choices.local.core_hours).toBe(hours);
  });

  // Guards against "no limit" where the platform has one, and against choices that
  // the server refuses.
  it('says after how many core-hours the platform stops clusters', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ core_hours: 10 })];
    });
    await expand(screen, 'lifetime');
    const limit = screen.getByLabelText('Stop at') as HTMLSelectElement;
    expect([...limit.options].map(({ textContent }) => textContent)).toEqual([
      ...['10 core-hours, the limit here', '1 core-hour', '5 core-hours']
    ]);
  });

  // Guards against a second launch by a user who reads that the first one failed.
  it('launched the cluster also if the choices cannot be saved', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const screen = await renderSidebar(({ preferences }) => {
      preferences.remember = async () => {
        throw new Error('The disk is full.');
      };
    });
    await click(screen);
    expect(screen.launched).toEqual(['one']);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  // Guards against a number that means nothing, which the server rejects.
  it('asks for no number of workers that follows from an option', async () => {
    const workers = { ...makePlatform().workers, from: 'hosts' };
    const ssh = makePlatform({ name: 'ssh', workers, adaptive: false });
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [ssh];
    });
    expect(screen.queryByLabelText('Workers')).toBeNull();
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).not.toHaveProperty('workers');
  });

  // Guards against losing the form to one mistake.
  it('shows why a launch was rejected, and keeps the values', async () => {
    const screen = await renderSidebar();
    const workers = field(screen, 'Workers');
    fireEvent.change(workers, { target: { value: '5' } });
    screen.clusters.errors.launch = 'The account is unknown.';
    await click(screen);
    expect(screen.getByRole('alert').textContent).toBe(
      'The account is unknown.'
    );
    expect(workers.value).toBe('5');
    delete screen.clusters.errors.launch;
    await click(screen);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  // Guards against a number out of bounds that is sent or silently changed.
  it('marks a number out of bounds as invalid, and launches nothing', async () => {
    const screen = await renderSidebar();
    const workers = field(screen, 'Workers');
    const button = screen.getByRole('button', {
      name: 'Launch'
    }) as HTMLButtonElement;
    // As it is typed, the number is allowed at first.
    for (const value of ['1', '12']) {
      fireEvent.change(workers, { target: { value } });
    }
    fireEvent.blur(workers);
    await settle();
    expect(workers.getAttribute('aria-invalid')).toBe('true');
    screen.getByText('A number from 0 to 8');
    screen.getByText('Correct this first: Workers.');
    expect(workers.value).toBe('12');
    expect(button.disabled).toBe(true);
    fireEvent.change(workers, { target: { value: '3' } });
    await settle();
    expect(button.disabled).toBe(false);
    expect(screen.queryByText(/^Correct this first/)).toBeNull();
  });

  // Guards against a launch with another number than the field shows, when the field
  // beside it, or the platform, changes what is allowed.
  it('launches the numbers that the fields show', async () => {
    const other = makePlatform({ name: 'big', title: 'Big' });
    other.workers = { ...other.workers, maximum: 100 };
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform(), other];
    });
    fireEvent.click(screen.getByLabelText('Adaptive scaling'));
    const type = (label: string, value: string): void =>
      void fireEvent.change(field(screen, label), { target: { value } });
    type('Minimum', '4');
    expect(field(screen, 'Minimum').getAttribute('aria-invalid')).toBe('true');
    type('Maximum', '6');
    await click(screen);
    expect(lastCall(screen, 'launch')[1].adapt).toEqual({
      ...{ minimum: 4, maximum: 6 }
    });

    await act(async () => screen.launch.fold.set(true));
    fireEvent.click(screen.getByLabelText('Adaptive scaling'));
    type('Workers', '50');
    await settle();
    const save = screen.getByText('Save as preset…') as HTMLButtonElement;
    expect(save.disabled).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: /^Platform:/ }));
    fireEvent.click(screen.getByRole('radio', { name: /^Big/ }));
    await settle();
    const shown = Number(field(screen, 'Workers').value);
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      ...{ platform: 'big', workers: shown }
    });
  });

  // Guards against an unavailable platform without a reason.
  it('disables unavailable platforms, with the reason', async () => {
    const reason = 'sbatch is not on PATH: this is not a SLURM machine.';
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform(),
        makePlatform({
          name: 'tallgrass',
          title: 'Tallgrass',
          available: false,
          reason
        })
      ];
    });
    fireEvent.click(screen.getByRole('button', { name: /^Platform:/ }));
    const item = screen.getByRole('radio', {
      name: /Tallgrass/
    }) as HTMLInputElement;
    expect(item.disabled).toBe(true);
    expect(screen.getByText(reason)).not.toBeNull();
  });

  // Guards against a command that has to be typed from a sentence.
  it('says why the selected platform is unavailable, and how to mend it', async () => {
    const copied: string[] = [];
    jest
      .spyOn(Clipboard, 'copyToSystem')
      .mockImplementation(text => void copied.push(text as string));
    const command = 'conda install dask';
    const reason = `Dask is not installed in R. Install it with: ${command}`;
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform({ available: false, command, reason })
      ];
    });
    screen.getByText('Dask is not installed in R. Install it with:');
    screen.getByText(command);
    await click(screen, 'Copy the command for This computer');
    expect(copied).toEqual([command]);
  });

  // Guards against the machines of one site in front of every user.
  it('shows platforms that cannot be meant here only on demand', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform(),
        makePlatform({ name: 'denali', title: 'Denali', likely: false })
      ];
    });
    await click(screen, 'Platform: This computer');
    expect(screen.queryByRole('radio', { name: /Denali/ })).toBeNull();
    await click(screen, 'Show all (2)');
    fireEvent.click(screen.getByRole('radio', { name: /Denali/ }), {
      detail: 1
    });
    await click(screen, 'Platform: Denali');
    screen.getByRole('radio', { name: /Denali/ });
  });

  // Guards against a list that cannot be closed with the keyboard.
  it.each([true, false])(
    'closes the list with Escape; selected available: %s',
    async available => {
      const screen = await renderSidebar(({ clusters }) => {
        clusters.platformsResponse = [makePlatform({ available })];
      });
      await click(screen, 'Platform: This computer');
      fireEvent.keyDown(document.activeElement!, { key: 'Escape' });
      expect(screen.queryByRole('radiogroup')).toBeNull();
    }
  );

  // Guards against using the values of one platform for another.
  it('keeps the values of each platform', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform(),
        makePlatform({ name: 'denali', title: 'Denali' })
      ];
    });
    const pick = async (name: RegExp): Promise<void> => {
      fireEvent.click(screen.getByRole('button', { name: /^Platform:/ }));
      fireEvent.click(screen.getByRole('radio', { name }), { detail: 1 });
      await settle();
    };
    const workers = (): HTMLInputElement => field(screen, 'Workers');
    fireEvent.change(workers(), { target: { value: '5' } });
    await pick(/Denali/);
    expect(workers().value).toBe('2');
    await pick(/This computer/);
    expect(workers().value).toBe('5');
  });

  // Guards against another environment than that of the notebook.
  it('follows the kernel of the notebook, unless the user chose one', async () => {
    const screen = await renderSidebar();
    const select = async (kernelName: string): Promise<void> => {
      await act(async () =>
        screen.notebooks.select({
          path: 'a.ipynb',
          name: 'a.ipynb',
          kernelName,
          language: 'python',
          clusterId: null
        })
      );
      await settle();
    };
    await select('analysis');
    expect(screen.getByText('Same as notebook (Analysis)')).not.toBeNull();
    expect(lastCall(screen, 'platforms')[1]).toBe('analysis');
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'python3' }
    });
    await settle();
    expect(lastCall(screen, 'platforms')[1]).toBe('python3');
    await select('ir');
    expect(lastCall(screen, 'platforms')[1]).toBe('python3');
  });

  // Guards against a launch whose size and warnings come as a surprise.
  it('shows the size and the warnings of the launch', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.codeResponse = {
        create: 'cluster = SLURMCluster()',
        summary: '2 workers × 1 thread, 12 GiB each',
        warnings: ['SLURM_JOB_ACCOUNT is not set. Are you on the login node?'],
        advice: null
      };
    });
    screen.getByText('2 workers × 1 thread, 12 GiB each');
    screen.getByText(/Are you on the login node/);
    await click(screen, 'Preview code');
    expect(screen.previews).toBe(1);
  });

  // Guards against a limit of the site of which users learn after the launch, one
  // that is shown after they have stopped a cluster, and the same sentence twice.
  it('says that the launch would be refused, while it would', async () => {
    const limit = 'Site allows each user 1 cluster at the same time.';
    const screen = await renderSidebar();
    expect(screen.queryByText(limit)).toBeNull();
    screen.clusters.codeResponse = {
      ...screen.clusters.codeResponse,
      warnings: [limit]
    };
    await act(async () => screen.clusters.put(makeCluster()));
    await settle();
    screen.getByText(limit);
    screen.clusters.errors.launch = limit;
    await click(screen, 'Launch');
    expect(screen.getAllByText(limit)).toHaveLength(1);
    const count = (): number =>
      screen.clusters.calls.filter(([name]) => name === 'code').length;
    const before = count();
    const put = async (changes: Partial<ICluster>): Promise<void> => {
      await act(async () => screen.clusters.put(makeCluster(changes)));
      await settle();
    };
    await put({ cores: 7 });
    expect(count()).toBe(before);
    await put({ adapt: { minimum: 1, maximum: 4 } });
    expect(count()).toBe(before + 1);
    screen.clusters.codeResponse.warnings = [];
    await put({ state: 'closing' });
    expect(screen.queryByText(limit)).toBeNull();
  });

  // Guards against a limit of which users learn after the launch.
  it('previews again with another number of core-hours', async () => {
    const screen = await renderSidebar();
    await act(async () => screen.launch.change({ core_hours: 20 }));
    await settle();
    expect(lastCall(screen, 'code')[1].core_hours).toBe(20);
  });

  // Guards against a request for every key.
  it('previews the code once after typing', async () => {
    const screen = await renderSidebar();
    const count = (): number =>
      screen.clusters.calls.filter(([name]) => name === 'code').length;
    const before = count();
    for (const value of ['1', '3', '4']) {
      fireEvent.change(screen.getByLabelText('Workers'), { target: { value } });
    }
    await settle();
    expect(count()).toBe(before + 1);
    expect(lastCall(screen, 'code')[1].workers).toBe(4);
  });

  // Guards against an empty form without an explanation.
  it('shows why the options of a gateway cannot be loaded', async () => {
    const gateway = makePlatform({
      name: 'nebari',
      options: { type: 'object', properties: {} },
      options_from: 'gateway'
    });
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [gateway];
      clusters.errors.options = 'The gateway is not responding.';
    });
    expect(screen.getByText('The gateway is not responding.')).not.toBeNull();
    const button = screen.getByRole('button', { name: 'Launch' });
    expect((button as HTMLButtonElement).disabled).toBe(true);
  });

  // Guards against an adaptive cluster without a maximum.
  it('launches an adaptive cluster', async () => {
    const screen = await renderSidebar();
    fireEvent.click(screen.getByLabelText('Adaptive scaling'));
    fireEvent.change(screen.getByLabelText('Maximum'), {
      target: { value: '6' }
    });
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      adapt: { minimum: 0, maximum: 6 }
    });
  });

  // Guards against a launch that is refused for a hidden choice.
  it.each([
    [true, false],
    [false, true],
    [true, true]
  ])('offers encryption where it can be had', async (offered, standard) => {
    const screen = await renderSidebar(({ clusters, preferences }) => {
      clusters.platformsResponse = [
        makePlatform({ can_encrypt: offered, tls: standard })
      ];
      preferences.choices.local = { tls: !standard };
    });
    await expand(screen, 'lifetime');
    expect(screen.queryByLabelText('Encrypt') !== null).toBe(offered);
    await click(screen);
    const tls = offered ? !standard : standard;
    expect(lastCall(screen, 'launch')[1]).toMatchObject({ tls });
  });

  // Guards against sections that are shown again with each change.
  it('has each section once where clusters can be joined', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ finds: true })];
    });
    await settle();
    for (const count of ['2', '3', '4']) {
      fireEvent.change(screen.getByLabelText('Workers'), {
        target: { value: count }
      });
      await settle();
    }
    const { container } = screen;
    expect(container.querySelectorAll('[data-fold="options"]')).toHaveLength(1);
  });

  // Guards against clusters that cannot be found again.
  it('joins a discovered cluster', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ finds: true })];
      clusters.discoverResponse = [
        { id: 'hub.abc', title: 'abc', description: '4 workers' }
      ];
    });
    await expand(screen, 'found');
    fireEvent.click(screen.getByRole('button', { name: 'Join abc' }));
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({ adopt: 'hub.abc' });
  });

  // Guards against a cluster that appears, or stays, only until the next click.
  it('keeps the list of clusters made in notebooks up to date', async () => {
    const cluster = {
      id: 'tcp://127.0.0.1:4000',
      title: 'tcp://127.0.0.1:4000',
      description: '2 workers'
    };
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform({ finds: true, launches: false })
      ];
    });
    const none = 'You have no other running clusters.';
    expect(screen.getByText(none)).not.toBeNull();
    const later = async (): Promise<void> => {
      await act(() => jest.advanceTimersByTimeAsync(5000));
      await settle();
    };
    screen.clusters.discoverResponse = [cluster];
    await later();
    expect(screen.getByText(cluster.title)).not.toBeNull();
    screen.clusters.discoverResponse = [];
    await later();
    expect(screen.queryByText(cluster.title)).toBeNull();
    expect(screen.getByText(none)).not.toBeNull();
  });

  // Guards against a gateway that is queried again and again.
  it('searches behind a gateway when asked to only', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ finds: true })];
    });
    const searches = (): number =>
      screen.clusters.calls.filter(([name]) => name === 'discover').length;
    expect(searches()).toBe(0);
    await expand(screen, 'found');
    expect(searches()).toBe(1);
    await act(() => jest.advanceTimersByTimeAsync(20000));
    expect(searches()).toBe(1);
    screen.clusters.discoverResponse = [
      { id: 'hub.abc', title: 'abc', description: '4 workers' }
    ];
    fireEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    await settle();
    expect(screen.getByText('abc')).not.toBeNull();
  });

  // Guards against a scheduler that only a terminal can join.
  it('joins a scheduler by its address', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform({ finds: true, launches: false })
      ];
    });
    expect(screen.queryByLabelText('Workers')).toBeNull();
    expect(screen.queryByText('Preview code')).toBeNull();
    const join = screen.getByRole('button', { name: 'Join' });
    expect(join.hasAttribute('disabled')).toBe(true);
    const field = screen.getByLabelText('Address or scheduler file');
    fireEvent.change(field, { target: { value: ' tcp://10.0.0.1:8786 ' } });
    expect(join.hasAttribute('disabled')).toBe(false);
    fireEvent.click(join);
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      adopt: 'tcp://10.0.0.1:8786'
    });
    expect((field as HTMLInputElement).value).toBe('');
  });

  // Guards against an empty sidebar without an explanation.
  it.each([
    ['missing', null, 'jupyter server extension enable'],
    ['unreachable', 'The Jupyter server is not responding.', 'not responding'],
    ['loading', null, 'Loading platforms']
  ])('explains that the server is %s', async (status, problem, words) => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.setStatus(status as any, problem)
    );
    expect(screen.container.textContent).toContain(words);
    await act(async () => {
      screen.clusters.setStatus('ready');
      screen.clusters.put(makeCluster());
    });
    await settle();
    expect(screen.getByRole('button', { name: 'Launch' })).not.toBeNull();
  });
});

describe('the launch form beside clusters', () => {
  // Guards against clusters that are pushed out of sight by the form.
  it('is a line that says what Launch would do', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    const line = screen.getByRole('button', {
      name: 'New · This computer · 2 workers'
    });
    expect(line.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByLabelText('Workers')).toBeNull();
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({ workers: 2 });
  });

  // Guards against a form that cannot be opened, or stays open after a launch.
  it('opens on demand, and closes after a launch', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    await click(screen, 'New cluster');
    expect(screen.getByLabelText('Workers')).not.toBeNull();
    await click(screen);
    expect(screen.queryByLabelText('Workers')).toBeNull();
    await act(async () => screen.clusters.remove('one'));
    expect(screen.getByLabelText('Workers')).not.toBeNull();
  });

  // Guards against a launch that was rejected, and a form that hides why.
  it('stays open when a launch was rejected', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster())
    );
    await click(screen, 'New cluster');
    screen.clusters.errors.launch = 'The account is unknown.';
    await click(screen);
    expect(screen.getByLabelText('Workers')).not.toBeNull();
    screen.getByText('The account is unknown.');
  });
});

describe('what differs from the defaults', () => {
  const CARRIED = {
    workers: 0,
    options: { memory: '2GB' },
    idle_timeout: 1800,
    keep_running: true,
    tls: false
  };
  const LINE =
    'Changed: Memory per worker: 2GB · keeps running when Jupyter stops · ' +
    'shuts down when idle for 30 min · not encrypted';

  // Guards against yesterday's memory limit and idle time, reused without a sign.
  it.each([true, false])('is shown with the form open: %s', async open => {
    const screen = await renderSidebar(({ clusters, preferences }) => {
      preferences.choices.local = CARRIED;
      if (!open) {
        clusters.put(makeCluster());
      }
    });
    screen.getByText(LINE);
    await click(screen, 'Reset');
    expect(screen.queryByText(/^Changed:/)).toBeNull();
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      options: {},
      idle_timeout: null,
      keep_running: false,
      tls: true
    });
  });

  // Guards against jobs that are kept for days without a sign.
  it('includes for how long jobs are kept, by the name of the field', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ queue: 'slurm' })];
    });
    await expand(screen, 'lifetime');
    fireEvent.change(screen.getByLabelText('Keep jobs running for'), {
      target: { value: '43200' }
    });
    screen.getByText('Changed: Keep jobs running for: 12 h');
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({ renew_for: 43200 });
  });

  // Guards against a limit that is not sent, or not seen afterwards.
  it('includes after how many core-hours a cluster stops', async () => {
    const screen = await renderSidebar();
    await expand(screen, 'lifetime');
    fireEvent.change(screen.getByLabelText('Stop at'), {
      target: { value: '20' }
    });
    screen.getByText('Changed: stops at 20 core-hours');
    await click(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({ core_hours: 20 });
  });

  // Guards against a cluster without workers because the last one had none.
  it('never is a number of workers of 0', async () => {
    const screen = await renderSidebar(({ preferences }) => {
      preferences.choices.local = CARRIED;
    });
    expect(field(screen, 'Workers').value).toBe('2');
  });

  // Guards against another environment or name that is hidden in the form.
  it('includes the environment and the name', async () => {
    const screen = await renderSidebar();
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await expand(screen, 'lifetime');
    fireEvent.change(screen.getByLabelText('Name'), {
      target: { value: 'tides' }
    });
    screen.getByText('Changed: name tides · environment Analysis');
    await click(screen, 'Reset');
    expect(field(screen, 'Name').value).toBe('');
    expect(field(screen, 'Environment').value).toBe('');
  });
});

describe('a wrong value', () => {
  const launch = (screen: IScreen): HTMLButtonElement =>
    screen.getByRole('button', { name: 'Launch' }) as HTMLButtonElement;

  // Guards against a regular expression, twice, and a Launch that fails.
  it('is explained once, and disables Launch until it is corrected', async () => {
    const screen = await renderSidebar();
    await expand(screen, 'options');
    const type = async (value: string): Promise<void> => {
      fireEvent.change(screen.getByLabelText('Memory per worker'), {
        target: { value }
      });
      await settle();
    };
    screen.clusters.errors.code = "Memory per worker: '4XB' does not …";
    await type('4XB');
    screen.getByText('Enter a value such as 4GB.');
    screen.getByText('Correct this first: Memory per worker.');
    expect(screen.container.textContent).not.toContain('^[0-9]');
    expect(screen.container.textContent).not.toContain("'4XB' does not");
    expect(launch(screen).disabled).toBe(true);
    delete screen.clusters.errors.code;
    await type('4GB');
    expect(screen.queryByText(/^Correct this/)).toBeNull();
    expect(launch(screen).disabled).toBe(false);
  });

  // Guards against an error of what only the server can check.
  it('that the server rejects disables Launch, unlike a lost connection', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.errors.code = 'This host has no interface ib0.';
    });
    screen.getByText('This host has no interface ib0.');
    expect(launch(screen).disabled).toBe(true);
    screen.clusters.errorStatus = 0;
    screen.clusters.errors.code = 'The server is not responding.';
    fireEvent.click(screen.getByLabelText('Adaptive scaling'));
    await settle();
    expect(launch(screen).disabled).toBe(false);
  });

  // Guards against an error that outlives what caused it.
  it.each(['correction', 'notebook'])(
    'is forgotten after a change: %s',
    async change => {
      const screen = await renderSidebar();
      screen.clusters.errors.launch = 'The account is unknown.';
      await click(screen);
      screen.getByText('The account is unknown.');
      if (change === 'correction') {
        fireEvent.change(field(screen, 'Workers'), { target: { value: '3' } });
      } else {
        await act(async () => screen.notebooks.select(null));
      }
      expect(screen.queryByText('The account is unknown.')).toBeNull();
    }
  );
});

describe('the toolbar', () => {
  // Guards against a list that cannot be fetched again by hand.
  it('refreshes, and opens the settings', async () => {
    const screen = await renderSidebar(({ commands }) => {
      commands.addCommand('settingeditor:open', { execute: () => undefined });
    });
    screen.clusters.calls.length = 0;
    await click(screen, 'Refresh');
    const called = screen.clusters.calls.map(([name]) => name);
    expect(called).toEqual(expect.arrayContaining(['refresh', 'platforms']));
    await click(screen, 'Settings');
    expect(screen.executed).toEqual([
      ['settingeditor:open', { query: 'Dask Clusters' }]
    ]);
  });

  // Guards against a button that does nothing, as in Notebook 7 without an editor.
  it('has no button for settings that cannot be shown', async () => {
    const screen = await renderSidebar();
    expect(screen.queryByRole('button', { name: 'Settings' })).toBeNull();
  });
});
