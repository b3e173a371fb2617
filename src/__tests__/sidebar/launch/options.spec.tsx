import { act, fireEvent, render, within } from '@testing-library/react';
import React from 'react';
import OptionsForm from '../../../sidebar/launch/fields/optionsform';
import { makeCluster, makePlatform, trans } from '../../fakes';
import { expand, IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const LOADING = 'Loading options…';
const TIMEOUT = 'dask-gateway did not respond within 15 seconds. Try again.';

/** Render the sidebar with a platform whose options have to be fetched. */
const renderGateway = (prepare: (screen: IScreen) => void): Promise<IScreen> =>
  renderSidebar(screen => {
    screen.clusters.platformsResponse = [
      makePlatform({
        name: 'nebari',
        options: { type: 'object', properties: {} },
        options_from: 'gateway'
      })
    ];
    prepare(screen);
  });

/** Collapse a section of the form. */
async function collapse(screen: IScreen, name: string): Promise<void> {
  const fold = screen.container.querySelector(`[data-fold="${name}"]`)!;
  await act(async () => {
    (fold as HTMLDetailsElement).open = false;
    fireEvent(fold, new Event('toggle'));
  });
}

describe('the options of a gateway', () => {
  // Guards against a form that does not show that it is waiting.
  it('shows a spinner until the options are loaded', async () => {
    let respond: (options: any) => void = () => undefined;
    const screen = await renderGateway(({ clusters }) => {
      clusters.options = () => new Promise(resolve => (respond = resolve));
    });
    const pending = screen.getByText(LOADING);
    expect(pending.getAttribute('role')).toBe('status');
    expect(pending.className).toBe('jp-ClusterLauncher-pending');
    const launch = screen.getByRole('button', { name: 'Launch' });
    expect((launch as HTMLButtonElement).disabled).toBe(true);
    respond({ type: 'object', properties: {} });
    await settle();
    expect(screen.queryByText(LOADING)).toBeNull();
    expect((launch as HTMLButtonElement).disabled).toBe(false);
  });

  // Guards against "try again" without a button for it.
  it('reports a timeout, and tries again', async () => {
    const screen = await renderGateway(({ clusters }) => {
      clusters.errors.options = TIMEOUT;
    });
    expect(screen.getByRole('alert').textContent).toContain('15 seconds');
    expect(screen.queryByText(LOADING)).toBeNull();
    delete screen.clusters.errors.options;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
    const launch = screen.getByRole('button', { name: 'Launch' });
    expect((launch as HTMLButtonElement).disabled).toBe(false);
  });
});

describe('options that change on the server', () => {
  // Guards against a form that stays expanded although nobody has edited it.
  it('do not count as an edit', async () => {
    const onChange = jest.fn();
    const form = (cores: number): JSX.Element => (
      <OptionsForm
        schema={{
          type: 'object',
          properties: {
            cores: { type: 'integer', title: 'Cores', default: cores }
          }
        }}
        values={{}}
        wanted={null}
        idPrefix="test"
        onFocused={() => undefined}
        onWarn={() => undefined}
        {...{ onChange, trans }}
      />
    );
    const screen = render(form(1));
    screen.rerender(form(2));
    await settle();
    const field = screen.getByLabelText('Cores') as HTMLInputElement;
    expect(field.value).toBe('2');
    expect(onChange.mock.calls).toEqual([]);
    fireEvent.change(field, { target: { value: '3' } });
    expect(onChange.mock.calls).toEqual([[{ cores: 3 }]]);
  });
});

describe('an option with a default', () => {
  const SLURM = makePlatform({
    name: 'slurm',
    options: {
      type: 'object',
      properties: {
        cores: { type: 'integer', title: 'Cores', default: 1, minimum: 1 },
        interface: {
          type: 'string',
          title: 'Network interface',
          default: 'ib0',
          pattern: '^[a-z0-9]+$'
        }
      }
    }
  });

  // Guards against "ib0" that comes back on a machine without such an interface.
  it.each([
    ['Network interface', 'interface', 'lo'],
    ['Cores', 'cores', '4']
  ])('can be emptied: %s', async (label, name, other) => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [SLURM];
    });
    await expand(screen, 'options');
    await settle();
    const field = (): HTMLInputElement =>
      screen.getByLabelText(label) as HTMLInputElement;
    const standard = field().value;
    const type = async (value: string): Promise<void> => {
      fireEvent.change(field(), { target: { value } });
      await settle();
    };
    await type('');
    expect(field().value).toBe('');
    expect(screen.queryByRole('alert')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    expect(lastCall(screen, 'launch')[1].options).toEqual({ [name]: null });
    await type(other);
    expect(field().value).toBe(other);
    await type(standard);
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    expect(lastCall(screen, 'launch')[1].options).toEqual({});
  });
});

describe('an option that the number of workers follows from', () => {
  const HOSTS = makePlatform({
    name: 'ssh',
    title: 'SSH',
    workers: {
      title: 'Workers',
      default: 1,
      minimum: 1,
      maximum: 200,
      from: 'hosts',
      suggested: 1
    },
    options: {
      type: 'object',
      properties: {
        hosts: {
          type: 'array',
          title: 'Hosts',
          items: { type: 'string' },
          default: ['localhost', 'localhost']
        }
      }
    }
  });

  // Guards against "hosts-0", a list that is hidden at first, and a number of
  // hidden workers.
  it('is shown at first, with labels and the number of workers', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [HOSTS];
      clusters.codeResponse = {
        ...clusters.codeResponse,
        summary: '2 workers: the number follows from Hosts.'
      };
    });
    await settle();
    expect(screen.queryByText(/hosts-/)).toBeNull();
    const first = screen.getByLabelText('Hosts, entry 1') as HTMLInputElement;
    expect(first.value).toBe('localhost');
    expect(screen.getByText(/^2 workers: the number follows/)).not.toBeNull();
    fireEvent.change(screen.getByLabelText('Hosts, entry 2'), {
      target: { value: 'node2' }
    });
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      options: { hosts: ['localhost', 'node2'] }
    });
    expect(lastCall(screen, 'launch')[1].workers).toBeUndefined();
  });

  // Guards against the number of another platform in the line of a closed form.
  it('leaves the number out where it is not known', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [HOSTS];
      clusters.put(makeCluster());
    });
    const fold = screen.container.querySelector(
      '.jp-ClusterLauncher-foldText'
    )!;
    expect(fold.textContent).toBe('New · SSH');
  });
});

describe('values to choose from', () => {
  const choices = [
    { value: 'normal', title: 'up to 1 h' },
    {
      value: 'debug',
      title: 'up to 5 min, 3 of 4 nodes free',
      sets: { walltime: { default: '00:05:00', description: null } }
    }
  ];
  const properties = {
    queue: { type: 'string', title: 'Partition', choices },
    walltime: {
      type: 'string',
      title: 'Time limit',
      default: '01:00:00',
      description: 'At most 1 h'
    }
  };
  const slurm = (prepare?: (screen: IScreen) => void): Promise<IScreen> =>
    renderSidebar(screen => {
      const { queue, walltime } = properties;
      screen.clusters.platformsResponse = [
        makePlatform({
          name: 'slurm',
          options: {
            type: 'object',
            properties: {
              queue: { type: 'string', title: queue.title },
              walltime
            } as any
          },
          options_from: 'slurm'
        })
      ];
      screen.clusters.options = async () => ({
        type: 'object',
        properties: properties as any
      });
      prepare?.(screen);
    });
  const launched = async (screen: IScreen): Promise<unknown> => {
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    return lastCall(screen, 'launch')[1].options;
  };

  // Guards against a partition with hidden limits, or other text refused.
  it('are listed with their limits, and change other options', async () => {
    const screen = await slurm();
    await expand(screen, 'options');
    await settle();
    const queue = screen.getByLabelText('Partition') as HTMLInputElement;
    const limit = screen.getByLabelText('Time limit') as HTMLInputElement;
    const listed = [...queue.list!.options].map(one => [one.value, one.text]);
    expect(listed).toEqual(choices.map(({ title, value }) => [value, title]));
    expect(limit.value).toBe('01:00:00');
    fireEvent.change(queue, { target: { value: 'debug' } });
    await settle();
    screen.getByText('debug: up to 5 min, 3 of 4 nodes free');
    expect(limit.value).toBe('00:05:00');
    expect(screen.queryByText('At most 1 h')).toBeNull();
    expect(await launched(screen)).toEqual({ queue: 'debug' });
    fireEvent.change(limit, { target: { value: '01:00:00' } });
    await settle();
    expect(await launched(screen)).toEqual({
      queue: 'debug',
      walltime: '01:00:00'
    });
    fireEvent.change(queue, { target: { value: 'other' } });
    await settle();
    expect(await launched(screen)).toEqual({ queue: 'other' });
  });

  // Guards what changes the jobs, and stands in no field.
  it('have a warning beside the field', async () => {
    const screen = await slurm(({ clusters }) => {
      const queue = { ...properties.queue, warning: 'SBATCH_SIGNAL is set.' };
      clusters.options = async () => ({
        type: 'object',
        properties: { queue } as any
      });
    });
    await expand(screen, 'options');
    await settle();
    const field = screen
      .getByLabelText('Partition')
      .closest('.jp-ClusterLauncher-field') as HTMLElement;
    within(field).getByText('SBATCH_SIGNAL is set.');
  });

  // Guards against the same sentence beside the field and below the form, and
  // against one that is in a section which nobody opens.
  it('have the warning once, also while the field is hidden', async () => {
    const text = 'SBATCH_SIGNAL is set.';
    const screen = await slurm(({ clusters }) => {
      clusters.codeResponse.warnings = [text, 'Another.'];
      const queue = { ...properties.queue, warning: text };
      clusters.options = async () => ({
        type: 'object',
        properties: { queue } as any
      });
    });
    const footer = (): HTMLElement =>
      screen.container.querySelector('.jp-ClusterLauncher-footer')!;
    within(footer()).getByText(text);
    await expand(screen, 'options');
    await settle();
    expect(screen.getAllByText(text)).toHaveLength(1);
    expect(within(footer()).queryByText(text)).toBeNull();
    within(footer()).getByText('Another.');
    await collapse(screen, 'options');
    within(footer()).getByText(text);
  });

  // Guards against the sentence below the form as soon as one of two fields that
  // have it is hidden.
  it('have a warning of two fields once while one of them is hidden', async () => {
    const text = 'SBATCH_SIGNAL is set.';
    const screen = await slurm(({ clusters }) => {
      clusters.codeResponse.warnings = [text];
      const queue = { ...properties.queue, warning: text };
      const walltime = {
        ...properties.walltime,
        warning: text,
        advanced: true
      };
      clusters.options = async () => ({
        type: 'object',
        properties: { queue, walltime } as any
      });
    });
    await expand(screen, 'options');
    await expand(screen, 'advanced');
    expect(screen.getAllByText(text)).toHaveLength(2);
    await collapse(screen, 'advanced');
    const queue = screen.getByLabelText('Partition');
    const shown = screen.getByText(text);
    expect(queue.closest('.jp-ClusterLauncher-field')!.contains(shown)).toBe(
      true
    );
  });

  // Guards against a form that needs an answer of the batch system.
  it('are not needed for a launch', async () => {
    const screen = await slurm(({ clusters }) => {
      clusters.options = () => new Promise(() => undefined);
    });
    await expand(screen, 'options');
    await settle();
    const queue = screen.getByLabelText('Partition');
    fireEvent.change(queue, { target: { value: 'x' } });
    await settle();
    expect(await launched(screen)).toEqual({ queue: 'x' });
  });
});
