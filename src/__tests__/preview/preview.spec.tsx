import { Clipboard } from '@jupyterlab/apputils';
import { act, fireEvent, render, RenderResult } from '@testing-library/react';
import React from 'react';
import { Highlight } from '../../preview/code';
import { Preview, PreviewBody } from '../../preview/panel';
import { LaunchModel } from '../../sidebar/launch/model';
import { IOptionsSchema, IPlatform } from '../../tokens';
import {
  FakeClusters,
  FakePreferences,
  makeKernelspecs,
  makePlatform,
  trans
} from '../fakes';
import { settle } from '../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** What is said of a form with a mistake. */
const CORRECT = 'Correct the form to see the code.';

/** Make a server, and the model of a form that has not had its answers. */
function makeUnsettled(): [FakeClusters, LaunchModel] {
  const clusters = new FakeClusters();
  const model = new LaunchModel({
    ...{ clusters, notebooks: null, preferences: new FakePreferences() },
    kernelspecs: makeKernelspecs()
  });
  return [clusters, model];
}

/** Make the model of a form for a batch system, and its server. */
async function makeModel(): Promise<[LaunchModel, FakeClusters]> {
  const [clusters, model] = makeUnsettled();
  clusters.platformsResponse = [makePlatform({ queue: 'slurm' })];
  clusters.codeResponse.create = 'cluster = SLURMCluster()';
  clusters.checkResponse = {
    ok: false,
    job_script: '#SBATCH --account x',
    verdict: 'Invalid account',
    warnings: []
  };
  await settle();
  return [model, clusters];
}

async function show(
  model: LaunchModel,
  highlight: Highlight | null = null
): Promise<RenderResult> {
  model.request('check', true);
  const screen = render(<Preview {...{ highlight, model, trans }} />);
  await settle();
  return screen;
}

describe('the preview of a launch', () => {
  // Guards against a preview of other code than the launch would run.
  it('shows the code, the job script and the verdict', async () => {
    const [model, clusters] = await makeModel();
    const screen = await show(model);
    screen.getByText('cluster = SLURMCluster()');
    screen.getByText('#SBATCH --account x');
    screen.getByText('Invalid account');
    screen.getByText('This computer · 2 workers');
    clusters.codeResponse = { ...clusters.codeResponse, create: 'other' };
    await act(async () => model.change({ workers: 5 }));
    await settle();
    screen.getByText('other');
    screen.getByText('This computer · 5 workers');
  });

  // Guards against code that looks fine and is refused, and a warning twice.
  it('shows the warnings, also of the batch system', async () => {
    const [model, clusters] = await makeModel();
    const limit = 'Site allows each user 1 cluster at the same time.';
    clusters.codeResponse = { ...clusters.codeResponse, warnings: [limit] };
    clusters.checkResponse.warnings = [limit, 'No account is set.'];
    await act(async () => model.change({ workers: 5 }));
    const screen = await show(model);
    expect(screen.getAllByText(limit)).toHaveLength(1);
    screen.getByText('No account is set.');
  });

  // Guards against a preview without a warning while the form is hidden, and
  // against one that is there twice.
  it('shows once what also stands beside a field', async () => {
    const [model, clusters] = await makeModel();
    const set = 'SBATCH_SIGNAL may change the jobs.';
    const { properties } = makePlatform().options;
    const extra = { ...properties.extra, warning: set };
    const options: any = { type: 'object', properties: { extra } };
    clusters.platformsResponse = [makePlatform({ queue: 'slurm', options })];
    clusters.codeResponse = { ...clusters.codeResponse, warnings: [set] };
    clusters.checkResponse.warnings = [set, 'No account is set.'];
    await act(async () => model.retry());
    await settle();
    await act(async () => model.change({ workers: 5 }));
    const screen = await show(model);
    screen.getByText('No account is set.');
    screen.getByText(set);
  });

  // Guards against old code beside new settings.
  it('shows no code that the server rejects', async () => {
    const [model, clusters] = await makeModel();
    clusters.errors.code = 'This host has no interface ib0.';
    await act(async () => model.change({ workers: 5 }));
    const screen = await show(model);
    screen.getByText('This host has no interface ib0.');
    expect(screen.queryByText('cluster = SLURMCluster()')).toBeNull();
  });

  // Guards against a user who looks for a mistake that there is not.
  it.each<[string, Partial<IPlatform>, RegExp]>([
    [
      'only joins',
      { launches: false },
      /^With This computer, you join a cluster that is already running\. There is no code/
    ],
    [
      'is not available',
      { available: false, reason: 'Dask is not installed.' },
      /^Dask is not installed\.$/
    ]
  ])('says why there is no code where a platform %s', async (_, of, text) => {
    const [model, clusters] = await makeModel();
    clusters.platformsResponse = [makePlatform(of)];
    await act(async () => model.retry());
    const screen = await show(model);
    screen.getByText(text);
    expect(screen.queryByText(CORRECT)).toBeNull();
  });

  // Guards against a mistake that is told before anything could be typed.
  it('says that the code is loading, until it is there', async () => {
    const [clusters, model] = makeUnsettled();
    clusters.platformsResponse = [makePlatform({ options_from: 'gateway' })];
    let answer = (_: IOptionsSchema): void => undefined;
    jest
      .spyOn(clusters, 'options')
      .mockReturnValue(new Promise(resolve => (answer = resolve)));
    const screen = render(<Preview {...{ model, trans }} highlight={null} />);
    screen.getByText('Loading the code…'); // The platforms are not there.
    await settle();
    screen.getByText('Loading the code…'); // Nor are the options.
    await act(async () => answer(clusters.optionsResponse));
    screen.getByText('Loading the code…');
    await settle();
    screen.getByText('the code');
    await act(async () => model.draft.setMistyped('Workers', true));
    screen.getByText(CORRECT);
  });

  // Guards against an error of the server that looks like one of the user.
  it('says why options or platforms cannot be loaded', async () => {
    const [clusters, model] = makeUnsettled();
    clusters.errors.platforms = 'The server does not answer.';
    const screen = await show(model);
    screen.getByText('The server does not answer.');
    delete clusters.errors.platforms;
    clusters.platformsResponse = [makePlatform({ options_from: 'gateway' })];
    clusters.errors.options = 'The gateway rejected your login.';
    await act(async () => model.retry());
    await settle();
    screen.getByText('The gateway rejected your login.');
    clusters.platformsResponse = [];
    await act(async () => model.retry());
    await settle();
    screen.getByText('No platforms are installed.');
  });

  // Guards against a button that copies the wrong text.
  it('copies the code', async () => {
    const copied: string[] = [];
    jest
      .spyOn(Clipboard, 'copyToSystem')
      .mockImplementation(text => void copied.push(text as string));
    const screen = await show((await makeModel())[0]);
    for (const button of screen.getAllByRole('button', { name: /^Copy/ })) {
      fireEvent.click(button);
    }
    expect(copied).toEqual(['cluster = SLURMCluster()', '#SBATCH --account x']);
  });

  // Guards against code that is lost where it cannot be highlighted.
  it('highlights code, and leaves it plain if that fails', async () => {
    const good: Highlight = async (text, language, host) => {
      host.innerHTML = `<b class="${language}"></b>`;
      host.firstElementChild!.textContent = text;
    };
    const [model] = await makeModel();
    const screen = await show(model, good);
    expect(screen.container.querySelectorAll('b.python, b.shell')).toHaveLength(
      2
    );
    screen.unmount();
    const plain = await show(model, () => Promise.reject(new Error('no')));
    plain.getByText('cluster = SLURMCluster()');
  });

  // Guards against a batch system that gets requests for a hidden tab.
  it('asks the batch system only while it is visible', async () => {
    const [model, clusters] = await makeModel();
    const checks = (): number =>
      clusters.calls.filter(([name]) => name === 'check').length;
    expect(checks()).toBe(0);
    const body = new PreviewBody(model, null, trans);
    const { Widget } = await import('@lumino/widgets');
    await act(async () => Widget.attach(body, document.body));
    await settle();
    expect(checks()).toBe(1);
    await act(async () => body.hide());
    await act(async () => model.change({ workers: 7 }));
    await settle();
    expect(checks()).toBe(1);
    await act(async () => Widget.detach(body));
  });
});
