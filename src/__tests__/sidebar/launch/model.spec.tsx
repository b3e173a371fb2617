import { act, fireEvent } from '@testing-library/react';
import { makePlatform } from '../../fakes';
import { renderSidebar, IScreen, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a launch', () => {
  // Guards against losing the platform at a reload.
  it('selects its platform after a reload', async () => {
    const platforms = ['local', 'nebari', 'denali'].map(name =>
      makePlatform({ name, title: name, detected: name === 'nebari' })
    );
    const first = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = platforms;
    });
    const selected = (screen: IScreen): string =>
      screen
        .getByRole('button', { name: /^Platform:/ })
        .getAttribute('aria-label')!;
    expect(selected(first)).toBe('Platform: nebari');
    fireEvent.click(first.getByRole('button', { name: /^Platform:/ }));
    fireEvent.click(first.getByRole('radio', { name: /denali/ }), {
      detail: 1
    });
    fireEvent.click(first.getByRole('button', { name: 'Launch' }));
    await settle();
    first.unmount();
    const reloaded = await renderSidebar(screen => {
      screen.clusters.platformsResponse = platforms;
      screen.preferences = first.preferences;
    });
    expect(selected(reloaded)).toBe('Platform: denali');
  });

  // Guards against code in another notebook than the launch was for.
  it('is for the notebook that was the current one', async () => {
    let accept: () => void = () => undefined;
    const notebook = (name: string) => ({
      path: name,
      name,
      kernelName: 'python3',
      language: 'python',
      clusterId: null
    });
    const screen = await renderSidebar(({ clusters, notebooks }) => {
      notebooks.select(notebook('a.ipynb'));
      const { launch } = clusters;
      clusters.launch = async request => {
        await new Promise<void>(resolve => (accept = resolve));
        return launch.call(clusters, request);
      };
    });
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await act(async () => screen.notebooks.select(notebook('b.ipynb')));
    accept();
    await settle();
    expect(screen.launchedFrom).toMatchObject([{ name: 'a.ipynb' }]);
  });
});
