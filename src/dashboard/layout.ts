import { WidgetTracker } from '@jupyterlab/apputils';
import { addClusterCommand } from '../commands/add';
import { CommandIDs } from '../commands/ids';
import type { IDashboardOptions } from './index';
import { DashboardPane, hasDashboard, IPaneOptions, paneId } from './pane';

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
 * @param paneOptions - what they work with
 */
export function addPlotsCommand(
  options: IDashboardOptions,
  tracker: WidgetTracker<DashboardPane>,
  paneOptions: IPaneOptions
): void {
  const { app, clusters, hasTabs, trans } = options;
  addClusterCommand(options, CommandIDs.openPlots, {
    label: ({ isPalette }) =>
      isPalette
        ? trans.__('Open Cluster Plots Beside Notebook')
        : trans.__('Open Plots Beside Notebook'),
    caption: trans.__(
      'Open task stream, progress and memory below each other, beside the notebook'
    ),
    isVisible: () => hasTabs,
    isEnabled: () => hasTabs,
    filter: hasDashboard,
    execute: async ({ id }) => {
      const offered = await clusters.plots(id);
      let above: string | null = null;
      for (const name of PLOTS) {
        const plot = offered.find(plot => plot.name === name);
        if (!plot) {
          continue;
        }
        const open = findPane(tracker, id, name);
        if (open) {
          above = open.id;
          continue;
        }
        const args = { id, name, title: plot.title };
        const pane = new DashboardPane(args, paneOptions);
        void tracker.add(pane);
        app.shell.add(pane, 'main', {
          activate: false,
          ...(above === null
            ? { mode: 'split-right' }
            : { mode: 'split-bottom', ref: above })
        });
        above = pane.id;
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

/**
 * Find the open pane that shows a cluster. One that was opened for it, and shows
 * another since, goes back to it.
 */
export function findPane(
  tracker: WidgetTracker<DashboardPane>,
  id: string,
  name: string
): DashboardPane | undefined {
  const found =
    tracker.find(
      ({ args, clusterId }) => clusterId === id && args.name === name
    ) ?? tracker.find(pane => pane.id === paneId(id, name));
  found?.showCluster(id);
  return found;
}
