import { readingArea } from '../area';
import { addClusterCommand } from '../commands/add';
import { CommandIDs } from '../commands/ids';
import { ICommandOptions } from '../commands/pick';
import { logIcon, menuIcon } from '../icons';

/** The options of the logs. */
export interface ILogOptions extends ICommandOptions {
  /** Whether the main area has tabs, as in JupyterLab but not Notebook 7. */
  hasTabs: boolean;
}

/**
 * Add the command that shows the logs of a cluster.
 */
export function addLogs(options: ILogOptions): void {
  const { trans } = options;
  addClusterCommand(options, CommandIDs.showLogs, {
    label: trans.__('Show Logs'),
    caption: trans.__(
      'Show the logs of the cluster, its scheduler and its workers'
    ),
    icon: menuIcon(logIcon),
    execute: ({ id }) => showLogs(options, id)
  });
}

/** Open the logs of a cluster, or activate them if they are open. */
async function showLogs(options: ILogOptions, id: string): Promise<void> {
  const { app, clusters, hasTabs, trans } = options;
  const { LogPanel } = await import('./panel');
  const area = readingArea(app, hasTabs);
  for (const widget of app.shell.widgets(area)) {
    if (widget.id === LogPanel.id(id)) {
      app.shell.activateById(widget.id);
      return;
    }
  }
  const panel = new LogPanel(clusters, id, trans);
  app.shell.add(panel, area, {
    mode: 'split-bottom',
    type: 'Dask Cluster Logs'
  });
  app.shell.activateById(panel.id);
}
