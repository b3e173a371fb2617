import { Dialog } from '@jupyterlab/apputils';
import { act, fireEvent } from '@testing-library/react';
import { IRecent } from '../../../settings/preferences';
import { makePlatform } from '../../fakes';
import { IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  Dialog.flush();
  jest.useRealTimers();
});

const LARGE = {
  name: 'Large',
  platform: 'slurm',
  workers: 8,
  adapt: null,
  options: { threads: 4 },
  own: false
};
const NIGHT = {
  name: 'Night',
  platform: 'local',
  workers: null,
  adapt: { minimum: 1, maximum: 5 },
  options: {},
  own: true
};

/** Render the sidebar with presets for two platforms, and one for a third. */
const renderPresets = (): Promise<IScreen> =>
  renderSidebar(({ clusters }) => {
    clusters.platformsResponse = [
      makePlatform(),
      makePlatform({ name: 'slurm', title: 'SLURM' })
    ];
    clusters.presetsResponse = [
      LARGE,
      NIGHT,
      { ...LARGE, name: 'Elsewhere', platform: 'tallgrass' }
    ];
  });

/** Choose a preset by its name. */
async function choose(screen: IScreen, name: string): Promise<void> {
  fireEvent.change(screen.getByLabelText('Preset'), {
    target: { value: name && `preset ${name}` }
  });
  await settle();
}

describe('the presets of the form', () => {
  // Guards against a preset that fills in half of the form.
  it('fill in platform, workers and options', async () => {
    const screen = await renderPresets();
    const field = screen.getByLabelText('Preset') as HTMLSelectElement;
    expect([...field.options].map(({ label }) => label)).toEqual([
      'None',
      'Large',
      'Night'
    ]);
    expect(field.value).toBe('');
    await choose(screen, 'Large');
    expect(field.value).toBe('preset Large');
    await act(async () => fireEvent.click(screen.getByText('Launch')));
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      platform: 'slurm',
      workers: 8,
      options: { threads: 4 }
    });
    await choose(screen, 'Night');
    await act(async () => fireEvent.click(screen.getByText('Launch')));
    const launch = lastCall(screen, 'launch')[1];
    expect(launch).toMatchObject({ platform: 'local', adapt: NIGHT.adapt });
    expect(launch.workers).toBeUndefined();
  });

  // Guards against one worker where the form starts with more, and against a
  // preset without workers, as to scale up later, that the form does not show.
  it.each<[string, number | null, string]>([
    ['that the form suggests', null, '2'],
    ['that they have, also 0', 0, '0']
  ])('fill in the number %s', async (_, workers, shown) => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.presetsResponse = [
        { ...NIGHT, adapt: null, workers, options: { threads: 4 } } as any
      ];
    });
    act(() => screen.launch.change({ workers: 5 }));
    await choose(screen, 'Night');
    const field = (label: string): string =>
      (screen.getByLabelText(label) as HTMLInputElement).value;
    expect(field('Workers')).toBe(shown);
    expect(field('Preset')).toBe('preset Night');
    await act(async () => fireEvent.click(screen.getByText('Launch')));
    expect(lastCall(screen, 'launch')[1].workers).toBe(Number(shown));
  });

  // Guards against a name in the field for what the form no longer shows.
  it('are left when the form changes', async () => {
    const screen = await renderPresets();
    await choose(screen, 'Large');
    act(() => screen.launch.change({ workers: 3 }));
    const field = screen.getByLabelText('Preset') as HTMLSelectElement;
    expect(field.value).toBe('');
  });

  // Guards the way from the form to the preset, and back.
  it('are saved and deleted', async () => {
    const screen = await renderPresets();
    act(() => screen.launch.change({ workers: 3, options: { threads: 2 } }));
    fireEvent.click(screen.getByText('Save as preset…'));
    await settle();
    const input = document.querySelector<HTMLInputElement>('.jp-Dialog input')!;
    input.value = 'Mine';
    fireEvent.click(document.querySelector('.jp-Dialog .jp-mod-accept')!);
    await settle();
    expect(lastCall(screen, 'savePreset').slice(1)).toEqual([
      'Mine',
      { platform: 'local', workers: 3, options: { threads: 2 } }
    ]);
    const field = screen.getByLabelText('Preset') as HTMLSelectElement;
    expect(field.value).toBe('preset Mine');
    fireEvent.click(screen.getByText('Delete preset Mine'));
    await settle();
    expect(lastCall(screen, 'deletePreset')[1]).toBe('Mine');
    expect(field.value).toBe('');
    screen.getByText('Save as preset…');
  });

  // Guards against a hidden refusal, and buttons for others' presets.
  it('say why they cannot be deleted', async () => {
    const screen = await renderPresets();
    await choose(screen, 'Large');
    expect(screen.queryByText(/^Delete preset/)).toBeNull();
    await choose(screen, 'Night');
    screen.clusters.errors.deletePreset = 'The disk is full.';
    fireEvent.click(screen.getByText('Delete preset Night'));
    await settle();
    screen.getByText('The disk is full.');
  });

  // Guards against a form that has to be filled in like yesterday.
  it('come with the last launches', async () => {
    const recent: IRecent[] = [
      { platform: 'slurm', workers: 8, options: { threads: 4 } },
      { platform: 'local', adapt: { minimum: 1, maximum: 5 }, options: {} },
      { platform: 'gone', workers: 1, options: {} },
      { platform: 'closed', workers: 1, options: {} }
    ];
    const screen = await renderSidebar(({ clusters, preferences }) => {
      clusters.platformsResponse = [
        makePlatform(),
        makePlatform({ name: 'slurm', title: 'SLURM' }),
        makePlatform({ name: 'closed', available: false })
      ];
      preferences.recentLaunches = recent;
    });
    const field = screen.getByLabelText('Recent launch') as HTMLSelectElement;
    expect([...field.options].map(({ label }) => label)).toEqual([
      'None',
      'SLURM · 8 workers · Threads per worker: 4',
      'This computer · 1 to 5 workers'
    ]);
    fireEvent.change(field, { target: { value: field.options[1].value } });
    await settle();
    expect(field.selectedIndex).toBe(1);
    await act(async () => fireEvent.click(screen.getByText('Launch')));
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      platform: 'slurm',
      workers: 8,
      options: { threads: 4 }
    });
    fireEvent.change(field, { target: { value: '' } });
    await settle();
    expect(field.selectedIndex).toBe(0);
  });

  // Guards against an empty list in every form.
  it('are not there without any', async () => {
    const screen = await renderSidebar();
    expect(screen.queryByLabelText('Preset')).toBeNull();
  });
});
