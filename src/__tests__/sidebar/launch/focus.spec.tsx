import { act, fireEvent } from '@testing-library/react';
import { makeCluster, makePlatform } from '../../fakes';
import { IScreen, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const button = (screen: IScreen, name: string | RegExp): HTMLButtonElement =>
  screen.getByRole('button', { name }) as HTMLButtonElement;

/** Have a launch add its cluster once it is accepted. */
function holdLaunch({ clusters }: IScreen): () => Promise<void> {
  let accept: () => void = () => undefined;
  const accepted = new Promise<void>(resolve => (accept = resolve));
  const { launch } = clusters;
  clusters.launch = async request => {
    const cluster = await launch.call(clusters, request);
    await accepted;
    clusters.put(cluster);
    return cluster;
  };
  return async () => {
    await act(async () => accept());
    await settle();
  };
}

/** Focus a control, and run what happens then. */
async function focusAnd(control: HTMLElement, run: () => void): Promise<void> {
  act(() => control.focus());
  run();
  await settle();
}

describe('the focus after Reset', () => {
  // Guards against users of the keyboard who have to begin at the top of the page.
  it.each<[string, RegExp]>([
    ['open', /^Platform: This computer/],
    ['collapsed', /^New · This computer/]
  ])('is on the first button of a form that is %s', async (how, first) => {
    const screen = await renderSidebar(({ clusters, preferences }) => {
      preferences.choices.local = { keep_running: true };
      if (how === 'collapsed') {
        clusters.put(makeCluster());
      }
    });
    const reset = button(screen, 'Reset');
    await focusAnd(reset, () => fireEvent.click(reset));
    expect(reset.isConnected).toBe(false);
    expect(document.activeElement).toBe(button(screen, first));
  });

  // Guards against a focus that is taken from what the user is doing.
  it('stays where it is if it was elsewhere', async () => {
    const screen = await renderSidebar(({ preferences }) => {
      preferences.choices.local = { keep_running: true };
    });
    const refresh = button(screen, 'Refresh');
    await focusAnd(refresh, () => fireEvent.click(button(screen, 'Reset')));
    expect(document.activeElement).toBe(refresh);
  });
});

describe('the focus after a launch', () => {
  // Guards against a focus that is lost with the button, once while it waits for
  // the server and once as the form collapses, and against a second launch.
  it('is on the button that launches', async () => {
    const screen = await renderSidebar();
    const accept = holdLaunch(screen);
    const launch = button(screen, 'Launch');
    await focusAnd(launch, () => fireEvent.click(launch));
    expect(button(screen, 'Launching…').disabled).toBe(false);
    fireEvent.click(launch);
    await accept();
    const calls = screen.clusters.calls.filter(([name]) => name === 'launch');
    expect(calls).toHaveLength(1);
    expect(launch.isConnected).toBe(false);
    expect(document.activeElement).toBe(button(screen, 'Launch'));
  });

  // Guards the same for a launch with Enter in a field, which goes.
  it('is on the line if it was in a field', async () => {
    const screen = await renderSidebar();
    const accept = holdLaunch(screen);
    await focusAnd(screen.getByLabelText('Workers'), () =>
      fireEvent.submit(screen.getByRole('form'))
    );
    await accept();
    expect(document.activeElement).toBe(button(screen, /^New ·/));
  });

  // Guards the same for a button that needs another address first.
  it('is on the line if the button is disabled', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ launches: false })];
    });
    const accept = holdLaunch(screen);
    fireEvent.change(screen.getByLabelText('Address or scheduler file'), {
      target: { value: 'tcp://10.0.0.1:8786' }
    });
    const join = button(screen, 'Join');
    await focusAnd(join, () => fireEvent.click(join));
    await accept();
    expect(button(screen, 'Join').disabled).toBe(true);
    expect(document.activeElement).toBe(button(screen, /^New ·/));
  });

  // Guards against a focus that is taken from the notebook in which the user types.
  it('stays where it is if it was elsewhere', async () => {
    const screen = await renderSidebar();
    const accept = holdLaunch(screen);
    const launch = button(screen, 'Launch');
    await focusAnd(launch, () => fireEvent.click(launch));
    const refresh = button(screen, 'Refresh');
    act(() => refresh.focus());
    await accept();
    expect(document.activeElement).toBe(refresh);
  });
});
