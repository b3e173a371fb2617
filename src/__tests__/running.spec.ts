import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../commands/ids';
import { RunningClusters } from '../running';
import { FakeClusters, makeCluster, trans } from './fakes';

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
});
