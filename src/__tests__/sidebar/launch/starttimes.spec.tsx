import { fireEvent } from '@testing-library/react';
import { makePlatform } from '../../fakes';
import { IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const STARTS = [
  {
    title: 'debug',
    jobs: 2,
    options: { queue: 'debug', extra: 'x' },
    when: 'now',
    reason: null
  },
  { title: '1 job', jobs: 1, options: {}, when: 'tomorrow 9:00', reason: null },
  {
    title: 'gpu',
    jobs: 2,
    options: {},
    when: null,
    reason: 'Requested node configuration is not available'
  }
];

/** Render the sidebar on a SLURM machine. */
const renderSlurm = (): Promise<IScreen> =>
  renderSidebar(({ clusters }) => {
    clusters.platformsResponse = [
      makePlatform({ name: 'slurm', queue: 'slurm', options_from: 'slurm' })
    ];
    clusters.optionsResponse = clusters.platformsResponse[0].options;
    clusters.startsResponse = STARTS;
  });

async function click(screen: IScreen, name: string): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name }));
  await settle();
}

describe('when a launch would start', () => {
  // Guards against requests to a batch system that the user did not make, and a choice to retype.
  it('needs a click, and another to be used', async () => {
    const screen = await renderSlurm();
    expect(lastCall(screen, 'starts')).toBeUndefined();
    await click(screen, 'When would it start?');
    const list = screen.getByRole('list', { name: 'Start times' });
    expect([...list.children].map(item => item.textContent)).toEqual([
      'debug now',
      '1 job tomorrow 9:00',
      'gpu cannot start'
    ]);
    const gpu = screen.getByRole('button', { name: 'gpu cannot start' });
    expect((gpu as HTMLButtonElement).disabled).toBe(true);
    expect(gpu.title).toContain('not available');
    await click(screen, 'debug now');
    await click(screen, '1 job tomorrow 9:00');
    await click(screen, 'Launch');
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      workers: 1,
      options: { queue: 'debug', extra: 'x' }
    });
  });

  // Guards against a number that stays in the field although another was chosen.
  it('replaces a number that is not allowed', async () => {
    const screen = await renderSlurm();
    await click(screen, 'When would it start?');
    const workers = (): HTMLInputElement =>
      screen.getByLabelText('Workers') as HTMLInputElement;
    fireEvent.change(workers(), { target: { value: '99999' } });
    await settle();
    await click(screen, 'debug now');
    expect(workers().value).toBe('2');
    expect(screen.queryByText(/^Correct this first/)).toBeNull();
  });

  // Guards "now" for four jobs that was the answer for two.
  it('is forgotten when the launch is another', async () => {
    const screen = await renderSlurm();
    await click(screen, 'When would it start?');
    const workers = screen.getByLabelText('Workers');
    fireEvent.change(workers, { target: { value: '4' } });
    await settle();
    expect(screen.queryByRole('list', { name: 'Start times' })).toBeNull();
    await click(screen, 'When would it start?');
    screen.getByRole('list', { name: 'Start times' });
  });

  // Guards against a click without an answer.
  it('says why it cannot be known', async () => {
    const screen = await renderSlurm();
    screen.clusters.errors.starts = 'SLURM does not answer.';
    await click(screen, 'When would it start?');
    expect(screen.getByRole('alert').textContent).toBe(
      'SLURM does not answer.'
    );
  });

  // Guards against an empty answer of a batch system without estimates.
  it('says when the batch system gives no estimate', async () => {
    const screen = await renderSlurm();
    screen.clusters.startsResponse = [];
    fireEvent.click(screen.getByText('When would it start?'));
    screen.getByText('Querying the batch system…');
    await settle();
    screen.getByText('The batch system gives no estimate.');
    expect(screen.queryByRole('list', { name: 'Start times' })).toBeNull();
  });

  // Guards against a question that no other platform can answer.
  it('is only asked of a batch system', async () => {
    const screen = await renderSidebar();
    expect(screen.queryByText('When would it start?')).toBeNull();
  });
});
