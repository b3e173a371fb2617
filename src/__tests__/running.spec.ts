import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../commands';
import { RunningClusters } from '../running';
import { FakeClusters, makeCluster, trans } from './fakes';

describe('RunningClusters', () => {
  // Guards against a section that does not follow the model.
  it('lists the clusters, and tells when they change', () => {
    const clusters = new FakeClusters();
    const running = new RunningClusters(clusters, new CommandRegistry(), trans);
    let told = 0;
    running.runningChanged.connect(() => void told++);
    clusters.put(makeCluster());
    clusters.put(makeCluster({ id: 'two', state: 'starting' }));
    expect(told).toBe(2);
    const details = running.running().map(item => item.detail!());
    expect(details).toEqual(['2 of 2 workers', 'Starting']);
  });

  // Guards against a stop that skips the question about joined clusters.
  it('stops one through the command', () => {
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

  // Guards against shutting down what others use, all at once.
  it('stops all, and leaves what was joined', () => {
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
