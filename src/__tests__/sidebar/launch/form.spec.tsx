import { act, fireEvent } from '@testing-library/react';
import { makeCluster, makePlatform } from '../../fakes';
import { drawSidebar, IScreen, lastCall, settle, unfold } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Press Launch. */
async function press(screen: IScreen, name = 'Launch'): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name }));
  await settle();
}

/** A field of the form by its label. */
function field(screen: IScreen, label: string): HTMLInputElement {
  return screen.getByLabelText(label) as HTMLInputElement;
}

describe('the launch form', () => {
  // Guards against a launch that sends something else than what is shown.
  it('launches what is on the screen', async () => {
    const screen = await drawSidebar(({ notebooks }) =>
      notebooks.show({
        path: 'work/a.ipynb',
        name: 'a.ipynb',
        kernelName: 'analysis',
        language: 'python'
      })
    );
    fireEvent.change(screen.getByLabelText('Workers'), {
      target: { value: '3' }
    });
    await unfold(screen, 'lifetime');
    fireEvent.change(screen.getByLabelText('Name'), {
      target: { value: 'mine' }
    });
    fireEvent.click(screen.getByLabelText('Keep running when Jupyter stops'));
    fireEvent.change(screen.getByLabelText('Close when idle for'), {
      target: { value: '1800' }
    });
    fireEvent.click(screen.getByLabelText('Encrypt'));
    await press(screen);
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

  // Guards against losing a long form to one mistake.
  it('shows why a launch was refused, and keeps what was typed', async () => {
    const screen = await drawSidebar();
    const workers = field(screen, 'Workers');
    fireEvent.change(workers, { target: { value: '5' } });
    screen.clusters.errors.launch = 'The account is unknown.';
    await press(screen);
    expect(screen.getByRole('alert').textContent).toBe(
      'The account is unknown.'
    );
    expect(workers.value).toBe('5');
    delete screen.clusters.errors.launch;
    await press(screen);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  // Guards against a number out of bounds that is sent or silently changed.
  it('marks a number out of bounds, and does not take it', async () => {
    const screen = await drawSidebar();
    const workers = field(screen, 'Workers');
    fireEvent.change(workers, { target: { value: '99' } });
    expect(workers.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('0 to 8')).not.toBeNull();
    fireEvent.blur(workers);
    expect(workers.value).toBe('2');
  });

  // Guards against a platform that cannot work here and does not say why.
  it('greys what cannot work here, with the reason', async () => {
    const reason = 'sbatch is not on PATH: this is not a SLURM machine.';
    const screen = await drawSidebar(({ clusters }) => {
      clusters.platformList = [
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

  // Guards against what was typed for one platform being sent to another.
  it('keeps what was typed for each platform', async () => {
    const screen = await drawSidebar(({ clusters }) => {
      clusters.platformList = [
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

  // Guards against a cluster in another environment than the notebook's.
  it('follows the kernel of the notebook, unless one was chosen', async () => {
    const screen = await drawSidebar();
    const show = async (kernelName: string): Promise<void> => {
      await act(async () =>
        screen.notebooks.show({
          path: 'a.ipynb',
          name: 'a.ipynb',
          kernelName,
          language: 'python'
        })
      );
      await settle();
    };
    await show('analysis');
    expect(screen.getByText('As the notebook (Analysis)')).not.toBeNull();
    expect(lastCall(screen, 'platforms')[1]).toBe('analysis');
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'python3' }
    });
    await settle();
    expect(lastCall(screen, 'platforms')[1]).toBe('python3');
    await show('ir');
    expect(lastCall(screen, 'platforms')[1]).toBe('python3');
  });

  // Guards against a preview of something else than what would run.
  it('previews the code, its size and its warnings', async () => {
    const screen = await drawSidebar(({ clusters }) => {
      clusters.codeAnswer = {
        create: 'cluster = SLURMCluster()',
        summary: '8 jobs × 1 core, 10 GB = 8 cores, 80 GB',
        warnings: ['SLURM_JOB_ACCOUNT is not set. Are you on the login node?']
      };
      clusters.checkAnswer = {
        ok: false,
        job_script: '#SBATCH --account x',
        verdict: 'Invalid account',
        warnings: []
      };
      clusters.platformList = [makePlatform({ queue: 'slurm' })];
    });
    screen.getByText('8 jobs × 1 core, 10 GB = 8 cores, 80 GB');
    screen.getByText(/Are you on the login node/);
    expect(lastCall(screen, 'check')).toBeUndefined();
    await unfold(screen, 'preview');
    screen.getByText('cluster = SLURMCluster()');
    screen.getByText('#SBATCH --account x');
    screen.getByText('Invalid account');
  });

  // Guards against a request for each key that is pressed.
  it('asks for the code once after typing', async () => {
    const screen = await drawSidebar();
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

  // Guards against a form that is empty while a gateway thinks, without a word.
  it('asks a gateway for its options, and says why it cannot', async () => {
    const gateway = makePlatform({
      name: 'nebari',
      options: { type: 'object', properties: {} },
      options_from: 'gateway'
    });
    const screen = await drawSidebar(({ clusters }) => {
      clusters.platformList = [gateway];
      clusters.errors.options = 'The gateway does not answer.';
    });
    expect(screen.getByText('The gateway does not answer.')).not.toBeNull();
    const button = screen.getByRole('button', { name: 'Launch' });
    expect((button as HTMLButtonElement).disabled).toBe(true);
  });

  // Guards against adapting without a maximum.
  it('adapts within bounds', async () => {
    const screen = await drawSidebar();
    fireEvent.click(screen.getByLabelText('Adapt to the load'));
    fireEvent.change(screen.getByLabelText('At most'), {
      target: { value: '6' }
    });
    await press(screen);
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      adapt: { minimum: 0, maximum: 6 }
    });
  });

  // Guards against clusters made elsewhere that nobody can find again.
  it('joins a cluster that was made elsewhere', async () => {
    const screen = await drawSidebar(({ clusters }) => {
      clusters.platformList = [makePlatform({ finds: true })];
      clusters.foundList = [
        { id: 'hub.abc', title: 'abc', description: '4 workers' }
      ];
    });
    await unfold(screen, 'found');
    fireEvent.click(screen.getByRole('button', { name: 'Join abc' }));
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({ adopt: 'hub.abc' });
  });

  // Guards against a sidebar that shows nothing while it cannot work.
  it.each([
    ['missing', null, 'jupyter server extension enable'],
    ['unreachable', 'The Jupyter server does not answer.', 'does not answer'],
    ['loading', null, 'Looking for platforms']
  ])('says so while the server is %s', async (status, problem, words) => {
    const screen = await drawSidebar(({ clusters }) =>
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
