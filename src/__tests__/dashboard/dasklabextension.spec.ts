import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../../commands';
import { addDashboards } from '../../dashboard';
import { FakeClusters, makeCluster } from '../fakes';
import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';

const BASE = 'http://fake.test/user/ada/';

describe('the panes of dask-labextension', () => {
  let commands: CommandRegistry;
  let told: string[];
  /** Whether dask-labextension has found a dashboard. */
  let found: boolean;

  beforeEach(() => {
    jest.useFakeTimers();
    const clusters = new FakeClusters();
    clusters.put(makeCluster({ dashboard_url: '/user/ada/proxy/1/status' }));
    commands = new CommandRegistry();
    told = [];
    found = false;
    commands.addCommand('dask:populate-dashboard-url', {
      execute: ({ url }) => void told.push(url as string)
    });
    commands.addCommand('dask:launch-layout', {
      isEnabled: () => found,
      execute: () => void told.push('open')
    });
    const app: any = {
      commands,
      contextMenuHitTest: () => undefined,
      serviceManager: { serverSettings: { baseUrl: BASE } }
    };
    addDashboards(
      {
        app,
        clusters,
        hasTabs: true,
        notebooks: null,
        translator: nullTranslator
      },
      null
    );
  });

  afterEach(() => jest.useRealTimers());

  // Guards against opening before there are plots: nothing opened at the first
  // click, and dask-labextension said so in the console alone.
  it('are opened when it has found our dashboard', async () => {
    const done = commands.execute(CommandIDs.pointDask, { id: 'one' });
    await jest.advanceTimersByTimeAsync(1000);
    expect(told).toEqual(['proxy/1/status']);
    found = true;
    await jest.advanceTimersByTimeAsync(200);
    await done;
    expect(told).toEqual(['proxy/1/status', 'open']);
  });

  // Guards against a click without effect where it cannot reach a dashboard.
  it('are not opened when it finds none, and that is said', async () => {
    const said = jest.spyOn(Notification, 'error').mockReturnValue('');
    const done = commands.execute(CommandIDs.pointDask, { id: 'one' });
    await jest.advanceTimersByTimeAsync(20000);
    await done;
    expect(told).toEqual(['proxy/1/status']);
    expect(said.mock.calls[0][0]).toContain('cannot reach the dashboard');
  });
});
