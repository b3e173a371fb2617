import { act, fireEvent } from '@testing-library/react';
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
        language: 'python'
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
  it('marks a number out of bounds as invalid, and ignores it', async () => {
    const screen = await renderSidebar();
    const workers = field(screen, 'Workers');
    fireEvent.change(workers, { target: { value: '99' } });
    expect(workers.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('0 to 8')).not.toBeNull();
    fireEvent.blur(workers);
    expect(workers.value).toBe('2');
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
          language: 'python'
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

  // Guards against a preview of other code than the launch would run.
  it('previews the code, its size and its warnings', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.codeResponse = {
        create: 'cluster = SLURMCluster()',
        summary: '8 jobs × 1 core, 10 GB = 8 cores, 80 GB',
        warnings: ['SLURM_JOB_ACCOUNT is not set. Are you on the login node?']
      };
      clusters.checkResponse = {
        ok: false,
        job_script: '#SBATCH --account x',
        verdict: 'Invalid account',
        warnings: []
      };
      clusters.platformsResponse = [makePlatform({ queue: 'slurm' })];
    });
    screen.getByText('8 jobs × 1 core, 10 GB = 8 cores, 80 GB');
    screen.getByText(/Are you on the login node/);
    expect(lastCall(screen, 'check')).toBeUndefined();
    await expand(screen, 'preview');
    screen.getByText('cluster = SLURMCluster()');
    screen.getByText('#SBATCH --account x');
    screen.getByText('Invalid account');
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
