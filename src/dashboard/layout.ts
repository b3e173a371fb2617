import { WidgetTracker } from '@jupyterlab/apputils';
import { addClusterCommand } from '../commands/add';
import { CommandIDs } from '../commands/ids';
import { ICluster } from '../tokens';
import type { IDashboardOptions } from './index';
import { DashboardPane, paneId } from './pane';

/** The plots that are shown together, from top to bottom. */
const PLOTS = [
  'individual-task-stream',
  'individual-progress',
  'individual-workers-memory'
];

/**
 * Add the command that opens the most used plots below each other in the right
 * half of the main area: each of them fits half the width of a screen.
 *
 * @param tracker - the open panes
 * @param filter - the clusters that have a dashboard
 */
export function addPlotsCommand(
  options: IDashboardOptions,
  tracker: WidgetTracker<DashboardPane>,
  filter: (cluster: ICluster) => boolean
): void {
  const { app, clusters, hasTabs, trans } = options;
  const { baseUrl } = app.serviceManager.serverSettings;
  addClusterCommand(options, CommandIDs.openPlots, {
    label: trans.__('Open Plots Beside Notebook'),
    caption: trans.__(
      'Open task stream, progress and memory below each other, beside the notebook'
    ),
    isVisible: () => hasTabs,
    isEnabled: () => hasTabs,
    filter,
    execute: async ({ id }) => {
      const offered = await clusters.plots(id);
      let above: string | null = null;
      for (const name of PLOTS) {
        const plot = offered.find(plot => plot.name === name);
        if (!plot) {
          continue;
        }
        if (!tracker.find(pane => pane.id === paneId(id, name))) {
          const args = { id, name, title: plot.title };
          const pane = new DashboardPane(args, clusters, baseUrl, trans);
          void tracker.add(pane);
          app.shell.add(pane, 'main', {
            activate: false,
            ...(above === null
              ? { mode: 'split-right' }
              : { mode: 'split-bottom', ref: above })
          });
        }
        above = paneId(id, name);
      }
      if (above === null) {
        throw new Error(
          trans.__(
            'The scheduler has listed no plots yet. Try again in a moment, or open the dashboard.'
          )
        );
      }
    }
  });
}
