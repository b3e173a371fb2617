import { act, fireEvent } from '@testing-library/react';
import { makePlatform } from '../../fakes';
import { drawSidebar, IScreen, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('what is remembered of a launch', () => {
  // Guards against choosing the platform anew after each reload.
  it('preselects the platform that was launched last', async () => {
    const platforms = ['local', 'nebari', 'denali'].map(name =>
      makePlatform({ name, title: name, detected: name === 'nebari' })
    );
    const first = await drawSidebar(({ clusters }) => {
      clusters.platformList = platforms;
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
    const reloaded = await drawSidebar(screen => {
      screen.clusters.platformList = platforms;
      screen.preferences = first.preferences;
    });
    expect(selected(reloaded)).toBe('Platform: denali');
  });

  // Guards against code in whatever notebook one has gone on to.
  it('is for the notebook in front when Launch was pressed', async () => {
    let accept: () => void = () => undefined;
    const notebook = (name: string) => ({
      path: name,
      name,
      kernelName: 'python3',
      language: 'python'
    });
    const screen = await drawSidebar(({ clusters, notebooks }) => {
      notebooks.show(notebook('a.ipynb'));
      const { launch } = clusters;
      clusters.launch = async request => {
        await new Promise<void>(resolve => (accept = resolve));
        return launch.call(clusters, request);
      };
    });
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await act(async () => screen.notebooks.show(notebook('b.ipynb')));
    accept();
    await settle();
    expect(screen.launchedFrom).toMatchObject([{ name: 'a.ipynb' }]);
  });
});
