import { Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import { CommandIDs } from '../../commands/ids';
import { addDashboards } from '../../dashboard';
import { DashboardPane } from '../../dashboard/pane';
import { ICluster } from '../../tokens';
import { FakeClusters, makeCluster, trans } from '../fakes';

const BASE = 'http://fake.test/user/ada/';

describe('DashboardPane', () => {
  let clusters: FakeClusters;

  const launched: string[] = [];
  const open = (name = '', args = {}): DashboardPane =>
    new DashboardPane(
      { id: 'one', name, title: name && 'Task Stream', ...args },
      {
        ...{ baseUrl: BASE, clusters, trans },
        launchAgain: async id => void launched.push(id),
        pick: async () => clusters.get('other') ?? null
      }
    );
  const note = (pane: DashboardPane): string =>
    pane.node.querySelector('.jp-ClusterLauncher-paneNote p')!.textContent!;
  const press = async (pane: DashboardPane, label: string): Promise<void> => {
    const button = [...pane.node.querySelectorAll('button')].find(
      each => each.textContent === label
    )!;
    button.click();
    await Promise.resolve();
  };

  beforeEach(() => {
    clusters = new FakeClusters();
  });

  // Guards against URLs without the prefix of a hub.
  it.each([
    ['/user/ada/proxy/8787/status', `${BASE}proxy/8787/status`],
    ['proxy/8787/status', `${BASE}proxy/8787/status`],
    ['https://gateway.test/clusters/c/status', undefined]
  ])('opens %s', (url, expected) => {
    clusters.put(makeCluster({ dashboard_url: url }));
    expect(open().content.url).toBe(expected ?? url);
  });

  // Guards against a restored pane with the URL of another cluster.
  it('waits for its cluster after a reload', () => {
    clusters.setStatus('loading');
    const pane = open('task-stream');
    expect(note(pane)).toContain('Loading the cluster');
    clusters.status = 'ready';
    clusters.put(makeCluster());
    expect(note(pane)).toBe('');
    expect(pane.content.url).toBe(
      'http://fake.test/lab/proxy/8787/task-stream'
    );
    expect(pane.title.label).toBe('Task Stream · Local 1');
  });

  // Guards against a broken frame without an explanation, and without a way on.
  it('say that their cluster has ended, and launch it again', async () => {
    clusters.put(makeCluster());
    const pane = open();
    clusters.remove('one');
    expect(note(pane)).toBe('Local 1 has stopped.');
    expect(pane.content.isHidden).toBe(true);
    expect(pane.node.querySelectorAll('button')).toHaveLength(1);
    await press(pane, 'Launch again');
    expect(launched).toEqual(['one']);
  });

  // Guards against plots that stay dead beside a notebook that goes on, also
  // where the new cluster has the port of the old one.
  it('show the cluster that was launched again', () => {
    clusters.put(makeCluster());
    const pane = open('task-stream');
    const urls: string[] = [];
    jest
      .spyOn(pane.content, 'url', 'set')
      .mockImplementation(url => void urls.push(url));
    clusters.put(makeCluster({ state: 'closed', dashboard_url: null }));
    expect(note(pane)).toBe('Local 1 has stopped.');
    const two: Partial<ICluster> = { id: 'two', state: 'starting' };
    clusters.put(makeCluster({ ...two, dashboard_url: null }));
    expect(note(pane)).toContain('The dashboard will appear');
    clusters.put(makeCluster({ id: 'two' }));
    expect(note(pane)).toBe('');
    expect(pane.content.isHidden).toBe(false);
    expect(urls).toEqual(['http://fake.test/lab/proxy/8787/task-stream']);
    clusters.remove('one');
    clusters.put(makeCluster({ id: 'two', cores: 7 }));
    expect(urls).toHaveLength(1);
    // As after a reload.
    expect(note(open('task-stream', pane.args))).toBe('');
  });

  // Guards against a keyboard that is lost with a button that is disabled, or that
  // something else takes the place of.
  it('keep the focus when their buttons work, change and go', async () => {
    clusters.put(makeCluster());
    let finish = (): void => undefined;
    const launch = jest.fn(
      () => new Promise<void>(resolve => (finish = resolve))
    );
    const args = { id: 'one', name: '', title: '' };
    const pane = new DashboardPane(args, {
      ...{ baseUrl: BASE, clusters, trans, launchAgain: launch },
      pick: async () => null
    });
    document.body.append(pane.node);
    const repeat = { options: {}, change: '', workers: null, field: '' };
    clusters.put(makeCluster({ state: 'closed', again: repeat }));
    const again = pane.node.querySelector('button')!;
    again.focus();
    again.click();
    again.click();
    expect(launch).toHaveBeenCalledTimes(1);
    expect(again.disabled).toBe(false);
    expect(again.getAttribute('aria-disabled')).toBe('true');
    // Another button comes while it works.
    clusters.put(makeCluster({ id: 'other', name: 'Tides' }));
    expect(pane.node.querySelectorAll('button')).toHaveLength(2);
    expect(document.activeElement).toBe(again);
    expect(again.getAttribute('aria-disabled')).toBe('true');
    const two: Partial<ICluster> = { id: 'two', state: 'starting' };
    clusters.put(makeCluster({ ...two, dashboard_url: null }));
    expect(document.activeElement!.textContent).toContain('will appear');
    finish();
    clusters.put(makeCluster({ id: 'two' }));
    expect(document.activeElement).toBe(pane.content.node);
    pane.node.remove();
  });

  // Guards against a focus that is taken from a notebook.
  it('leave the focus where it is', () => {
    const pane = open();
    const input = document.createElement('input');
    document.body.append(pane.node, input);
    input.focus();
    clusters.put(makeCluster());
    clusters.put(makeCluster({ state: 'closed', dashboard_url: null }));
    expect(document.activeElement).toBe(input);
    pane.node.remove();
    input.remove();
  });

  // Guards against a pane that has to be closed and opened again.
  it('show another cluster if the user wants that', async () => {
    clusters.put(makeCluster({ again: null, joined: true, state: 'failed' }));
    const pane = open();
    expect(note(pane)).toBe('Local 1: Failed.');
    expect(pane.node.querySelector('button')).toBeNull();
    clusters.put(makeCluster({ id: 'other', name: 'Tides' }));
    await press(pane, 'Show another cluster');
    await Promise.resolve();
    expect(pane.title.label).toBe('Dashboard · Tides');
    expect(note(pane)).toBe('');
  });
});

describe('dashboard commands', () => {
  let clusters: FakeClusters;
  let commands: CommandRegistry;
  let shown: Widget[];
  let added: unknown[];
  let activated: string[];
  let add: (hasTabs: boolean) => unknown;

  beforeEach(() => {
    clusters = new FakeClusters();
    clusters.put(makeCluster({ dashboard_url: '/user/ada/proxy/1/status' }));
    commands = new CommandRegistry();
    shown = [];
    added = [];
    activated = [];
    const app: any = {
      commands,
      contextMenuHitTest: () => undefined,
      serviceManager: { serverSettings: { baseUrl: BASE } },
      shell: {
        add: (widget: Widget, _: string, options: unknown) => {
          shown.push(widget);
          added.push(options);
        },
        activateById: (id: string) => activated.push(id)
      }
    };
    add = hasTabs =>
      addDashboards({ app, clusters, hasTabs, restorer: null, trans });
  });

  // Guards against a click without effect in Notebook 7, which has no tabs.
  it('open a browser tab if the application has no tabs', async () => {
    add(false);
    const open = jest.spyOn(window, 'open').mockReturnValue(null);
    await commands.execute(CommandIDs.openDashboard, { id: 'one' });
    expect(open.mock.calls[0][0]).toBe(`${BASE}proxy/1/status`);
    expect(shown).toEqual([]);
  });

  // Guards against a dashboard that cannot be moved to a second screen.
  it('open a browser tab on request', async () => {
    add(true);
    const open = jest.spyOn(window, 'open').mockReturnValue(null);
    await commands.execute(CommandIDs.openDashboardTab, { id: 'one' });
    expect(open.mock.calls.pop()![0]).toBe(`${BASE}proxy/1/status`);
    expect(shown).toEqual([]);
  });

  // Guards against a dashboard that needs the whole width of the screen.
  it('open the most used plots below each other, once', async () => {
    clusters.plotsResponse = [
      { name: 'individual-progress', title: 'Progress' },
      { name: 'individual-task-stream', title: 'Task Stream' },
      { name: 'individual-nbytes', title: 'Nbytes' }
    ];
    add(true);
    await commands.execute(CommandIDs.openPlots, { id: 'one' });
    await commands.execute(CommandIDs.openPlots, { id: 'one' });
    expect(shown.map(({ title }) => title.label)).toEqual([
      'Task Stream · Local 1',
      'Progress · Local 1'
    ]);
    expect(added).toEqual([
      { activate: false, mode: 'split-right' },
      { activate: false, mode: 'split-bottom', ref: shown[0].id }
    ]);
    clusters.plotsResponse = [];
    await commands.execute(CommandIDs.openPlots, { id: 'one' });
    const [{ message }] = Notification.manager.notifications;
    expect(message).toContain('no plots yet');
    Notification.dismiss();
  });

  // Guards against an item without effect in Notebook 7, which has no tabs.
  it('offer no layout if the application has no tabs', () => {
    add(false);
    expect(commands.isVisible(CommandIDs.openPlots)).toBe(false);
  });

  // Guards against a second tab for the same plot.
  it('open each plot once', async () => {
    add(true);
    await commands.execute(CommandIDs.openDashboard, { id: 'one' });
    await commands.execute(CommandIDs.openDashboard, { id: 'one' });
    expect(shown).toHaveLength(1);
    expect(activated).toEqual([shown[0].id, shown[0].id]);
    await commands.execute(CommandIDs.openDashboard, {
      id: 'one',
      name: 'task-stream'
    });
    expect(shown).toHaveLength(2);
  });

  // Guards against a closed pane that cannot be opened again.
  it('open a plot again after its pane was closed', async () => {
    add(true);
    await commands.execute(CommandIDs.openDashboard, { id: 'one' });
    shown[0].dispose();
    await commands.execute(CommandIDs.openDashboard, { id: 'one' });
    expect(shown).toHaveLength(2);
    expect(shown[1].isDisposed).toBe(false);
  });
});
