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
    label: ({ isPalette }) =>
      isPalette ? trans.__('Show Cluster Logs') : trans.__('Show Logs'),
    caption: trans.__(
      'Show the logs of the cluster, its scheduler and its workers'
    ),
    icon: menuIcon(logIcon),
    properties: {
      source: {
        type: 'string',
        description:
          'The log to show: "launch", "scheduler", or "worker" or "job" and its ID.'
      }
    },
    execute: ({ id }, { source }) =>
      showLogs(options, id, typeof source === 'string' ? source : null)
  });
}

/** Open the logs of a cluster, or activate them if they are open. */
async function showLogs(
  options: ILogOptions,
  id: string,
  source: string | null
): Promise<void> {
  const { app, clusters, hasTabs, trans } = options;
  const { LogPanel } = await import('./panel');
  const area = readingArea(app, hasTabs);
  for (const widget of app.shell.widgets(area)) {
    if (widget.id === LogPanel.id(id)) {
      if (source !== null && widget instanceof LogPanel) {
        widget.content.model.select(source);
      }
      app.shell.activateById(widget.id);
      return;
    }
  }
  const panel = new LogPanel(clusters, id, trans);
  if (source !== null) {
    panel.content.model.select(source);
  }
  app.shell.add(panel, area, {
    mode: 'split-bottom',
    type: 'Dask Cluster Logs'
  });
  app.shell.activateById(panel.id);
}
