import { act, fireEvent } from '@testing-library/react';
import { IChoices } from '../../../settings/preferences';
import { makePlatform } from '../../fakes';
import { IScreen, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const PRESET = {
  ...{ name: 'Many threads', platform: 'local', own: false },
  ...{ workers: 2, adapt: null, options: { threads: 4 } }
};

/** Render the sidebar with a preset, after a launch with these choices. */
const renderAfter = (choices: IChoices): Promise<IScreen> =>
  renderSidebar(({ clusters, preferences }) => {
    clusters.presetsResponse = [PRESET];
    preferences.choices.local = choices;
  });

const field = (screen: IScreen, label: string): HTMLInputElement =>
  screen.getByLabelText(label) as HTMLInputElement;

/** Choose a preset, or none. */
async function choose(screen: IScreen, value: string): Promise<void> {
  fireEvent.change(screen.getByLabelText('Preset'), { target: { value } });
  await settle();
}

/** Click the button that resets. */
async function reset(screen: IScreen): Promise<void> {
  fireEvent.click(screen.getByText('Reset'));
  await settle();
}

describe('a number that is not allowed', () => {
  // Guards against a field, and a Launch that it disables, which nothing but typing
  // changes: the number of workers behind it is the same as before.
  it.each<[string, string, (screen: IScreen) => Promise<void>]>([
    ['Reset', '', reset],
    ['a preset', '', screen => choose(screen, 'preset Many threads')],
    ['no preset', 'preset Many threads', screen => choose(screen, '')]
  ])('is gone after %s', async (_, before, fill) => {
    const screen = await renderAfter({ keep_running: true, workers: 2 });
    await choose(screen, before);
    fireEvent.change(field(screen, 'Workers'), { target: { value: '99999' } });
    await settle();
    screen.getByText('Correct this first: Workers.');
    await fill(screen);
    expect(field(screen, 'Workers').value).toBe('2');
    expect(screen.queryByText(/^Correct this first/)).toBeNull();
    const launch = screen.getByText('Launch') as HTMLButtonElement;
    expect(launch.disabled).toBe(false);
  });
});

describe('Reset', () => {
  // Guards against a number from the last launch that no button takes back.
  it('restores the number of workers', async () => {
    const screen = await renderAfter({ keep_running: true, workers: 7 });
    expect(field(screen, 'Workers').value).toBe('7');
    screen.getByText(/^Changed: 7 workers · keeps running/); // Reset changes both.
    await reset(screen);
    expect(field(screen, 'Workers').value).toBe('2');
  });

  // Guards against an address that is gone although nothing has said so, or of which
  // another platform speaks.
  it('names the address that it clears', async () => {
    const address = 'Address or scheduler file';
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform({ name: 'remote', title: 'Remote', launches: false }),
        makePlatform()
      ];
    });
    await act(async () => screen.launch.select('remote'));
    await settle();
    fireEvent.change(field(screen, address), {
      target: { value: 'tcp://a:1' }
    });
    await act(async () => screen.launch.select('local'));
    await settle();
    expect(screen.queryByText(/^Changed: /)).toBeNull();
    await act(async () => screen.launch.change({ keep_running: true }));
    await settle();
    await reset(screen);
    await act(async () => screen.launch.select('remote'));
    await settle();
    screen.getByText('Changed: address tcp://a:1');
    await reset(screen);
    expect(field(screen, address).value).toBe('');
  });

  // Guards against bounds that stay where the default is a fixed number.
  it('turns adaptive scaling off', async () => {
    const adapt = { minimum: 1, maximum: 4 };
    const screen = await renderAfter({ keep_running: true, adapt });
    expect(field(screen, 'Adaptive scaling').checked).toBe(true);
    await reset(screen);
    expect(field(screen, 'Adaptive scaling').checked).toBe(false);
    expect(field(screen, 'Workers').value).toBe('2');
  });
});
