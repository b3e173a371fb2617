import { act, fireEvent } from '@testing-library/react';
import { makePlatform } from '../fakes';
import { drawSidebar, lastCall, settle } from '../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const REFUSED = 'There is no kernel named "analysis". Choose another.';

describe('the sidebar in trouble', () => {
  // Guards against "choose another environment" with nothing to choose in.
  it('lets another environment be chosen where there is no list', async () => {
    const screen = await drawSidebar(({ clusters }) => {
      clusters.errors.platforms = REFUSED;
    });
    expect(screen.getByRole('alert').textContent).toContain(REFUSED);
    delete screen.clusters.errors.platforms;
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await settle();
    expect(lastCall(screen, 'platforms')[1]).toBe('analysis');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('button', { name: 'Launch' })).not.toBeNull();
  });

  // Guards against a greyed form whose environment cannot be changed.
  it('lets another environment be chosen where all platforms are grey', async () => {
    const reason = 'Xeus is started in a way that cannot run a cluster.';
    const screen = await drawSidebar(({ clusters }) => {
      clusters.platformList = [makePlatform({ available: false, reason })];
    });
    expect(screen.getByText(reason)).not.toBeNull();
    screen.clusters.platformList = [makePlatform()];
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await settle();
    expect(screen.queryByText(reason)).toBeNull();
  });

  // Guards against an old list that is taken for that of the new environment.
  it('tells that a later list could not be had, beside the form', async () => {
    const screen = await drawSidebar();
    screen.clusters.errors.platforms = REFUSED;
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await settle();
    expect(screen.getByRole('alert').textContent).toContain(REFUSED);
    delete screen.clusters.errors.platforms;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  // Guards against a form that is lost to a moment without network.
  it('keeps what was typed while the server does not answer', async () => {
    const screen = await drawSidebar();
    const workers = (): HTMLInputElement =>
      screen.getByLabelText('Workers') as HTMLInputElement;
    fireEvent.change(workers(), { target: { value: '7' } });
    const sentence = 'The Jupyter server does not answer.';
    await act(async () => screen.clusters.setStatus('unreachable', sentence));
    await settle();
    expect(screen.getByRole('alert').textContent).toContain(sentence);
    expect(workers().value).toBe('7');
    await act(async () => screen.clusters.setStatus('ready'));
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(workers().value).toBe('7');
  });
});
