import { act, fireEvent } from '@testing-library/react';
import { makePlatform } from '../fakes';
import { renderSidebar, lastCall, settle } from '../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const ERROR = 'There is no kernel named "analysis". Choose another.';

describe('errors in the sidebar', () => {
  // Guards against "choose another environment" without a field for it.
  it('shows the environment if there are no platforms', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.errors.platforms = ERROR;
    });
    expect(screen.getByRole('alert').textContent).toContain(ERROR);
    delete screen.clusters.errors.platforms;
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await settle();
    expect(lastCall(screen, 'platforms')[1]).toBe('analysis');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('button', { name: 'Launch' })).not.toBeNull();
  });

  // Guards against a disabled form whose environment cannot be changed.
  it('shows the environment if no platform is available', async () => {
    const reason = 'Xeus cannot run a cluster.';
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ available: false, reason })];
    });
    expect(screen.getByText(reason)).not.toBeNull();
    screen.clusters.platformsResponse = [makePlatform()];
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await settle();
    expect(screen.queryByText(reason)).toBeNull();
  });

  // Guards against outdated platforms without an error.
  it('shows an error beside the form', async () => {
    const screen = await renderSidebar();
    screen.clusters.errors.platforms = ERROR;
    fireEvent.change(screen.getByLabelText('Environment'), {
      target: { value: 'analysis' }
    });
    await settle();
    expect(screen.getByRole('alert').textContent).toContain(ERROR);
    delete screen.clusters.errors.platforms;
    const retry = screen.getByRole('button', { name: 'Try again' });
    retry.focus();
    fireEvent.click(retry);
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
    // Guards against a keyboard user who is thrown out of the sidebar.
    const refresh = screen.getByRole('button', { name: 'Refresh' });
    expect(document.activeElement).toBe(refresh);
  });

  // Guards against "no clusters" while nobody knows.
  it('does not say that there are no clusters while that is not known', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.setStatus('unreachable', 'No answer.')
    );
    expect(screen.queryByText(/^No clusters yet/)).toBeNull();
    await act(async () => screen.clusters.setStatus('ready'));
    screen.getByText(/^No clusters yet/);
  });

  // Guards against losing the form to a network failure.
  it('keeps the form while the server is not responding', async () => {
    const screen = await renderSidebar();
    const workers = (): HTMLInputElement =>
      screen.getByLabelText('Workers') as HTMLInputElement;
    fireEvent.change(workers(), { target: { value: '7' } });
    const message = 'The Jupyter server is not responding.';
    await act(async () => screen.clusters.setStatus('unreachable', message));
    await settle();
    expect(screen.getByRole('alert').textContent).toContain(message);
    expect(workers().value).toBe('7');
    await act(async () => screen.clusters.setStatus('ready'));
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(workers().value).toBe('7');
  });
});
