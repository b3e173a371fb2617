import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../../commands/ids';
import { addDashboards } from '../../dashboard';
import { FakeClusters, makeCluster, trans } from '../fakes';
import { Notification } from '@jupyterlab/apputils';

const BASE = 'http://fake.test/user/ada/';

describe('the panes of dask-labextension', () => {
  let commands: CommandRegistry;
  let executed: string[];
  /** Whether dask-labextension has found the dashboard. */
  let found: boolean;

  beforeEach(() => {
    jest.useFakeTimers();
    const clusters = new FakeClusters();
    clusters.put(makeCluster({ dashboard_url: '/user/ada/proxy/1/status' }));
    commands = new CommandRegistry();
    executed = [];
    found = false;
    commands.addCommand('dask:populate-dashboard-url', {
      execute: ({ url }) => void executed.push(url as string)
    });
    commands.addCommand('dask:launch-layout', {
      isEnabled: () => found,
      execute: () => void executed.push('open')
    });
    const app: any = {
      commands,
      contextMenuHitTest: () => undefined,
      serviceManager: { serverSettings: { baseUrl: BASE } }
    };
    addDashboards({ app, clusters, hasTabs: true, restorer: null, trans });
  });

  afterEach(() => jest.useRealTimers());

  // Guards against opening panes before there are plots: the first click had no
  // effect, and dask-labextension reported that only in the console.
  it('open when dask-labextension has found the dashboard', async () => {
    const done = commands.execute(CommandIDs.showInDaskLabextension, {
      id: 'one'
    });
    await jest.advanceTimersByTimeAsync(1000);
    expect(executed).toEqual(['proxy/1/status']);
    found = true;
    await jest.advanceTimersByTimeAsync(200);
    await done;
    expect(executed).toEqual(['proxy/1/status', 'open']);
  });

  // Guards against a click without effect if the dashboard cannot be reached.
  it('do not open if the dashboard cannot be reached, and the user is notified', async () => {
    const notified = jest.spyOn(Notification, 'error').mockReturnValue('');
    const done = commands.execute(CommandIDs.showInDaskLabextension, {
      id: 'one'
    });
    await jest.advanceTimersByTimeAsync(20000);
    await done;
    expect(executed).toEqual(['proxy/1/status']);
    expect(notified.mock.calls[0][0]).toContain('cannot reach the dashboard');
  });
});
