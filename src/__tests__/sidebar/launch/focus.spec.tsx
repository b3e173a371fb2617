import { act, fireEvent } from '@testing-library/react';
import { makeCluster, makePlatform } from '../../fakes';
import { IScreen, renderSidebar, settle } from '../../render';

const PRESET = {
  ...{ name: 'Night', platform: 'local', own: true },
  ...{ workers: 2, adapt: null, options: {} }
};

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

describe('the focus in the form', () => {
  const inForm = (screen: IScreen): boolean =>
    screen.getByRole('form').contains(document.activeElement);

  // Guards against users of the keyboard who have to begin at the top of the page.
  it('stays near a button that goes', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.presetsResponse = [PRESET];
    });
    const name = 'Delete preset Night';
    const remove = button(screen, name);
    await focusAnd(remove, () => fireEvent.click(remove));
    expect(remove.isConnected).toBe(false);
    expect(document.activeElement).toBe(button(screen, 'Preview code'));
    // The dialog for the name has given the focus back.
    const save = button(screen, 'Save as preset…');
    screen.clusters.presetsResponse = [PRESET];
    const { platform, presets } = screen.launch;
    await focusAnd(save, () => void presets.save('Night', platform!));
    expect(save.isConnected).toBe(false);
    expect(inForm(screen)).toBe(true);
  });

  // Guards the same for a button whose options are loaded again.
  it('stays when options are tried again', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [
        makePlatform({ name: 'slurm', queue: 'slurm', options_from: 'slurm' })
      ];
      clusters.errors.options = 'sinfo does not answer.';
    });
    delete screen.clusters.errors.options;
    const retry = button(screen, 'Try again');
    await focusAnd(retry, () => fireEvent.click(retry));
    expect(retry.isConnected).toBe(false);
    expect(inForm(screen)).toBe(true);
    // And while the batch system is asked, which is asked once.
    screen.clusters.starts = async launch => {
      screen.clusters.calls.push(['starts', launch]);
      return new Promise(() => undefined);
    };
    const ask = button(screen, 'When would it start?');
    await focusAnd(ask, () => fireEvent.click(ask));
    fireEvent.click(ask);
    await settle();
    expect(ask.disabled).toBe(false);
    expect(document.activeElement).toBe(ask);
    const starts = screen.clusters.calls.filter(([name]) => name === 'starts');
    expect(starts).toHaveLength(1);
  });
});
