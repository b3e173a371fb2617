import { fireEvent } from '@testing-library/react';
import { requestOf } from '../../../notebook/metadata';
import { fit } from '../../../request/fit';
import {
  FakePreferences,
  makeCluster,
  makePlatform,
  makeWorkers
} from '../../fakes';
import { expand, IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A platform whose partitions have nodes of different sizes. */
const siteWith = (standard: number, other: number): any => {
  const queue = (value: string, maximum: number): object => ({
    value,
    title: `${maximum} CPUs per node`,
    sets: { cores: { maximum } }
  });
  return makePlatform({
    name: 'slurm',
    title: 'SLURM',
    options: {
      type: 'object',
      properties: {
        queue: {
          type: 'string',
          title: 'Partition',
          default: 'normal',
          choices: [queue('normal', standard), queue('other', other)]
        },
        cores: {
          ...{ type: 'integer', title: 'Cores per job', default: 1 },
          ...{ minimum: 1, maximum: standard }
        }
      }
    } as any
  });
};

describe('a limit that a choice sets', () => {
  const fill = async (platform: any): Promise<IScreen> => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [platform];
    });
    await expand(screen, 'options');
    await settle();
    for (const [label, value] of [
      ['Partition', 'other'],
      ['Cores per job', '32']
    ]) {
      fireEvent.change(screen.getByLabelText(label), { target: { value } });
      await settle();
    }
    return screen;
  };
  const launchOf = (screen: IScreen): HTMLButtonElement =>
    screen.getByRole('button', { name: 'Launch' }) as HTMLButtonElement;

  // Guards against a launch that is blocked for a value that the partition allows.
  it('allows a launch that the fields allow', async () => {
    const screen = await fill(siteWith(4, 64));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByText(/^Correct this first/)).toBeNull();
    fireEvent.click(launchOf(screen));
    await settle();
    expect(lastCall(screen, 'launch')[1].options).toEqual({
      ...{ queue: 'other', cores: 32 }
    });
  });

  // Guards against the same error of the server below that of the field.
  it('blocks a launch that the fields do not allow', async () => {
    const screen = await fill(siteWith(64, 4));
    screen.getByText('Enter at most 4.');
    screen.getByText('Correct this first: Cores per job.');
    expect(launchOf(screen).disabled).toBe(true);
    expect(lastCall(screen, 'code')[1].options).toEqual({ queue: 'other' });
  });

  // Guards against a notebook that gets fewer cores than it requests, and can have.
  it.each<[number, number, object, string[]]>([
    [4, 64, { queue: 'other', cores: 32 }, []],
    [64, 4, { queue: 'other' }, ['Cores per job']]
  ])('of %d and %d counts for a request', (standard, other, kept, left) => {
    const platform = siteWith(standard, other);
    const options = { queue: 'other', cores: 32 };
    const request: any = { ...{ platform: 'slurm', unit: 'jobs' }, options };
    const schema = platform.options;
    const fitted = fit(request, platform, schema, new FakePreferences());
    expect(fitted.form.options).toEqual(kept);
    expect(fitted.leftOut).toEqual(left);
  });
});

describe('a cluster that was scaled to 0', () => {
  const none = { workers: makeWorkers() };

  // Guards against a notebook that requests a cluster without workers.
  it('requests as many workers as the platform suggests', () => {
    const request = requestOf(makeCluster(none))!;
    expect(request).not.toHaveProperty('workers');
    const platform = makePlatform();
    const { options } = platform;
    const { form } = fit(request, platform, options, new FakePreferences());
    expect(form.workers).toBe(2);
    const adapt = { minimum: 0, maximum: 4 };
    expect(requestOf(makeCluster({ ...none, adapt }))).toMatchObject({ adapt });
  });

  // Guards against a form with 0 workers after a failure that has nothing to do
  // with their number.
  it('shows that number in the form', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [siteWith(4, 64)];
      const again = { options: {}, change: '', workers: null, field: 'queue' };
      clusters.put(
        makeCluster({ ...none, platform: 'slurm', state: 'failed', again })
      );
    });
    fireEvent.click(screen.getByText('Change Partition…'));
    await settle();
    expect(screen.launch.forms.get(siteWith(4, 64)).workers).toBe(2);
  });
});
