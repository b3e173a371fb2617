import { PageConfig } from '@jupyterlab/coreutils';
import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../commands/ids';
import { RunningClusters } from '../running';
import {
  FakeClusters,
  FakeNotebooks,
  makeCluster,
  makeUsage,
  makeWorkers,
  trans
} from './fakes';
import { makeCommands } from './fakes/commands';

describe('RunningClusters', () => {
  // Guards against an outdated section.
  it('lists the clusters, and emits when they change', () => {
    const clusters = new FakeClusters();
    const running = new RunningClusters(clusters, new CommandRegistry(), trans);
    let count = 0;
    running.runningChanged.connect(() => void count++);
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', state: 'starting' }));
    expect(count).toBe(2);
    const details = running.running().map(item => item.detail!());
    expect(details).toEqual(['2 workers · 2 threads · 8 GiB', 'Starting']);
  });

  // Guards against two clusters that cannot be told apart.
  it('tells clusters of one name apart', () => {
    const clusters = new FakeClusters();
    clusters.put(makeCluster({ name: 'tides' }));
    clusters.put(
      makeCluster({ id: 'two', name: 'tides', platform_title: 'Tallgrass' })
    );
    const running = new RunningClusters(clusters, new CommandRegistry(), trans);
    const items = running.running();
    expect(items.map(item => item.label())).toEqual([
      'tides · This computer',
      'tides · Tallgrass'
    ]);
    expect(items[0].labelTitle!()).toContain('tls://127.0.0.1:1234');
  });

  // Guards against stopping joined clusters without a dialog.
  it('stops a cluster with the command', () => {
    const clusters = new FakeClusters();
    const commands = new CommandRegistry();
    const stopped: any[] = [];
    commands.addCommand(CommandIDs.stop, {
      execute: args => void stopped.push(args)
    });
    clusters.put(makeCluster());
    const running = new RunningClusters(clusters, commands, trans);
    running.running()[0].shutdown!();
    expect(stopped).toEqual([{ id: 'one' }]);
  });

  // Guards against stopping clusters that other users use.
  it('stops all clusters, and leaves joined ones', () => {
    const clusters = new FakeClusters();
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', joined: true }));
    new RunningClusters(clusters, new CommandRegistry(), trans).shutdownAll();
    expect(clusters.calls).toEqual([
      ['stop', 'one', { leave: false }],
      ['stop', 'two', { leave: true }]
    ]);
  });

  // Guards against reasons and logs that are dismissed, and against what may still
  // run somewhere, with the row gone that says so.
  it('leaves what has ended, and says so of what may still run', () => {
    const clusters = new FakeClusters();
    const running = new RunningClusters(clusters, new CommandRegistry(), trans);
    const question = (): string =>
      (running.shutdownAllConfirmationText as () => string)();
    clusters.put(makeCluster({ id: 'failed', state: 'failed' }));
    clusters.put(makeCluster({ id: 'closed', state: 'closed', joined: true }));
    clusters.put(makeCluster({ id: 'stopping', state: 'closing' }));
    expect(question()).toBe('No running Dask cluster.');
    clusters.put(makeCluster({ id: 'lost', state: 'lost' }));
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', state: 'starting' }));
    expect(question()).toBe(
      'Stop all Dask clusters? ' +
        'Unreachable clusters may still use resources: clean them up in the sidebar.'
    );
    running.shutdownAll();
    expect(clusters.calls.map(([, id]) => id)).toEqual(['one', 'two']);
  });

  // Guards against "Stop" beside a cluster that has ended, whose row it dismisses.
  it('names what its buttons do', () => {
    const clusters = new FakeClusters();
    const commands = makeCommands(clusters, new FakeNotebooks());
    const running = new RunningClusters(clusters, commands, trans);
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', state: 'failed' }));
    clusters.put(makeCluster({ id: 'six', state: 'lost' }));
    expect(running.running().map(running.shutdownLabel)).toEqual([
      'Stop Cluster',
      'Dismiss Cluster',
      'Clean Up Cluster'
    ]);
  });

  // Guards against jobs and clusters of other notebooks that are lost with a click,
  // without the warning that all other buttons give.
  it('says what each cluster would lose, at the click', () => {
    const clusters = new FakeClusters();
    const notebooks = new FakeNotebooks();
    const commands = new CommandRegistry();
    const running = new RunningClusters(clusters, commands, trans, notebooks);
    const question = (): string =>
      (running.shutdownAllConfirmationText as () => string)();
    const usage = makeUsage({ held: 3 });
    clusters.put(makeCluster({ name: 'Idle' }));
    expect(question()).toBe('Stop all Dask clusters?');
    const workers = makeWorkers({ requested: 2 });
    clusters.put(
      makeCluster({ id: 'two', name: 'Tides', unit: 'jobs', workers })
    );
    clusters.put(makeCluster({ id: 'six', name: 'Waves', usage }));
    clusters.put(makeCluster({ id: 'joined', joined: true, usage }));
    notebooks.usersOf.six = ['a.ipynb', 'b.ipynb'];
    expect(question()).toBe(
      'Stop all Dask clusters? ' +
        'Tides: Its 2 jobs will be canceled, and lose their place in the queue. ' +
        'Waves: 3 results are held on the cluster and will be lost. 2 open notebooks use it: a.ipynb, b.ipynb. ' +
        'Clusters that you joined keep running.'
    );
  });

  // Guards against a dialog without a text: JupyterLab 4.2 takes no function.
  it.each(['4.2.5', '7.2.3'])('warns of jobs and notebooks in %s', version => {
    PageConfig.setOption('appVersion', version);
    const { shutdownAllConfirmationText: text } = new RunningClusters(
      new FakeClusters(),
      new CommandRegistry(),
      trans
    );
    PageConfig.setOption('appVersion', '');
    expect(text).toMatch(
      /results .* jobs .* open notebooks .* joined .* unreachable/i
    );
  });
});
