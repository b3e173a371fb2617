import { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../../commands/ids';
import { addLogs } from '../../logs';
import { FakeClusters, makeCluster, trans } from '../fakes';

describe('the logs of a cluster', () => {
  // Guards against logs that open over the clusters: JupyterLab remembers where
  // the user has put widgets of a type, such as the sidebar.
  it('have a place of their own, once', async () => {
    const commands = new CommandRegistry();
    const clusters = new FakeClusters();
    clusters.put(makeCluster());
    const added: any[] = [];
    const activated: string[] = [];
    const app: any = {
      commands,
      version: '4.6.0',
      shell: {
        widgets: () => added.map(([widget]) => widget),
        add: (...args: unknown[]) => void added.push(args),
        activateById: (id: string) => void activated.push(id)
      }
    };
    addLogs({ app, clusters, hasTabs: true, trans });
    await commands.execute(CommandIDs.showLogs, { id: 'one' });
    await commands.execute(CommandIDs.showLogs, { id: 'one' });
    const [[widget, area, options]] = added;
    expect(added.length).toBe(1);
    expect(area).toBe('main');
    expect(options.type).toBe('Dask Cluster Logs');
    expect(activated).toEqual([widget.id, widget.id]);
    widget.dispose();
  });
});
