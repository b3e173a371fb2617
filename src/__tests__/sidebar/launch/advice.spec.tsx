import { fireEvent } from '@testing-library/react';
import { expand, IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const ADVICE = {
  options: { memory: '4GB' },
  text: '4 GB per worker is enough',
  reason: '3 of your last clusters on This computer used at most 2.7 GB.'
};

/** Render the sidebar with advice for its first launch. */
const renderAdvised = (): Promise<IScreen> =>
  renderSidebar(({ clusters, preferences }) => {
    clusters.codeResponse = { ...clusters.codeResponse, advice: ADVICE };
    preferences.choices.local = {
      workers: 3,
      options: { memory: '10GB', threads: 2 }
    } as any;
  });

const TAKE = { name: '4 GB per worker is enough' };

describe('advice about memory', () => {
  // Guards against advice to type in, and against losing the other choices.
  it('is taken with a click', async () => {
    const screen = await renderAdvised();
    await expand(screen, 'options');
    const button = screen.getByRole('button', TAKE);
    const reason = document.getElementById(
      button.getAttribute('aria-describedby')!
    );
    expect(reason!.textContent).toBe(ADVICE.reason);
    screen.clusters.codeResponse = {
      ...screen.clusters.codeResponse,
      advice: null
    };
    fireEvent.click(button);
    await settle();
    const field = screen.getByLabelText('Memory per worker');
    expect((field as HTMLInputElement).value).toBe('4GB');
    expect(lastCall(screen, 'code')[1].options).toEqual({
      memory: '4GB',
      threads: 2
    });
    expect(screen.queryByRole('button', TAKE)).toBeNull();
    // Guards the keyboard: the button that had the focus is gone.
    const launch = screen.getByRole('button', { name: 'Launch' });
    expect(document.activeElement).toBe(launch);
    fireEvent.click(launch);
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      workers: 3,
      options: { memory: '4GB', threads: 2 }
    });
  });

  // Guards against advice for one platform that changes another.
  it('cannot be taken while it may be about something else', async () => {
    const screen = await renderAdvised();
    const isDisabled = (): boolean =>
      (screen.getByRole('button', TAKE) as HTMLButtonElement).disabled;
    expect(isDisabled()).toBe(false);
    fireEvent.change(screen.getByLabelText('Workers'), {
      target: { value: '4' }
    });
    expect(isDisabled()).toBe(true);
    await settle();
    expect(isDisabled()).toBe(false);
  });

  // Guards against advice about a launch that is refused.
  it('is not given for a launch that cannot be', async () => {
    const screen = await renderAdvised();
    screen.clusters.errors.code = 'The memory is too large.';
    fireEvent.change(screen.getByLabelText('Workers'), {
      target: { value: '4' }
    });
    await settle();
    expect(screen.queryByRole('button', TAKE)).toBeNull();
  });
});
