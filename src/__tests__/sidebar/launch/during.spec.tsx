import { PromiseDelegate } from '@lumino/coreutils';
import { act, fireEvent } from '@testing-library/react';
import { ICluster } from '../../../tokens';
import { makeCluster, makePlatform } from '../../fakes';
import { expand, IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Have the server answer to launches only when a test says so. */
function holdLaunches({ clusters }: IScreen): () => Promise<void> {
  const answer = new PromiseDelegate<ICluster>();
  const { launch } = clusters;
  clusters.launch = async request => {
    await launch.call(clusters, request);
    return answer.promise;
  };
  return async () => {
    await act(async () => {
      clusters.put(makeCluster());
      answer.resolve(makeCluster());
    });
    await settle();
  };
}

const field = (screen: IScreen, label: string): HTMLInputElement =>
  screen.getByLabelText(label) as HTMLInputElement;
const type = (screen: IScreen, label: string, value: string): void =>
  void fireEvent.change(field(screen, label), { target: { value } });
const launches = (screen: IScreen): unknown[] =>
  screen.clusters.calls.filter(([name]) => name === 'launch');

async function launch(screen: IScreen, button = 'Launch'): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name: button }));
  await settle();
}

describe('the form during a launch', () => {
  // Guards against a name that is typed for the next cluster, and lost with the
  // answer, and a form that folds over it.
  it('keeps what is typed meanwhile', async () => {
    const screen = await renderSidebar();
    const answer = holdLaunches(screen);
    await expand(screen, 'lifetime');
    type(screen, 'Name', 'tides');
    await launch(screen);
    type(screen, 'Name', 'waves');
    await answer();
    expect(lastCall(screen, 'launch')[1].name).toBe('tides');
    expect(field(screen, 'Name').value).toBe('waves');
  });

  // Guards against a name that the next cluster has, too, and a form that is left
  // open over the clusters.
  it('folds, and forgets the name, if nothing is typed', async () => {
    const screen = await renderSidebar();
    const answer = holdLaunches(screen);
    await expand(screen, 'lifetime');
    type(screen, 'Name', 'tides');
    await launch(screen);
    await answer();
    const form = screen.getByRole('form');
    expect(form.getAttribute('data-open')).toBe('false');
    expect(screen.launch.draft.name).toBe('');
  });

  // Guards against a form that opens for the next cluster, and closes at once.
  it('stays open if it was opened meanwhile', async () => {
    const screen = await renderSidebar(({ clusters }) =>
      clusters.put(makeCluster({ id: 'two', name: 'Tides' }))
    );
    const answer = holdLaunches(screen);
    await launch(screen);
    await launch(screen, 'New cluster');
    await answer();
    const form = screen.getByRole('form');
    expect(form.getAttribute('data-open')).toBe('true');
  });

  // Guards against a form that folds over the platform of the next cluster.
  it('stays open if another platform was selected meanwhile', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      const slurm = makePlatform({ name: 'slurm', title: 'SLURM' });
      clusters.platformsResponse = [makePlatform(), slurm];
    });
    const answer = holdLaunches(screen);
    await launch(screen);
    // As a click in the list does.
    await act(async () => screen.launch.select('slurm'));
    await answer();
    const form = screen.getByRole('form');
    expect(form.getAttribute('data-open')).toBe('true');
  });

  // Guards against a cluster that is joined twice, by a second click or beside a
  // launch.
  it('joins no cluster', async () => {
    const screen = await renderSidebar(({ clusters }) => {
      clusters.platformsResponse = [makePlatform({ finds: true })];
      clusters.discoverResponse = [
        { id: 'found', title: 'abc', description: '' }
      ];
    });
    const answer = holdLaunches(screen);
    await expand(screen, 'found');
    await launch(screen, 'Join abc');
    const join = screen.getByRole('button', { name: 'Join abc' });
    expect(join.getAttribute('aria-disabled')).toBe('true');
    await launch(screen, 'Join abc');
    await screen.launch.launch('found');
    expect(launches(screen)).toHaveLength(1);
    await answer();
  });
});

describe('a launch while a launcher opens a notebook', () => {
  // Guards against a cluster in another folder and with another kernel than the
  // notebook that is for it, which then gets no code.
  it('is for that notebook', async () => {
    const screen = await renderSidebar();
    const opened = new PromiseDelegate<void>();
    screen.notebooks.opening = opened.promise;
    await launch(screen);
    expect(launches(screen)).toEqual([]);
    screen.getByText('Launching…');
    await act(async () => {
      screen.notebooks.select({
        ...{ path: 'work/a.ipynb', name: 'a.ipynb', kernelName: 'analysis' },
        ...{ language: 'python', clusterId: null }
      });
      opened.resolve();
    });
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      ...{ cwd: 'work', kernel_name: 'analysis' }
    });
    expect(screen.launchedFrom).toEqual([screen.notebooks.panel]);
  });
});
