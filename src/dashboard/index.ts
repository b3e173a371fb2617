import { ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { addClusterCommand } from '../commands/add';
import { CommandIDs, ID_PROPERTY } from '../commands/ids';
import { ICommandOptions, pickCluster } from '../commands/pick';
import { clusterIcon, dashboardIcon, menuIcon } from '../icons';
import { ICluster } from '../tokens';
import {
  hasDaskLabextension,
  showInDaskLabextension
} from './dasklabextension';
import { addPlotsCommand, findPane } from './layout';
import { DashboardPane, hasDashboard, IPaneArgs, IPaneOptions } from './pane';
import { dashboardUrl, relativeUrl } from './url';

/** The options of the dashboards. */
export interface IDashboardOptions extends ICommandOptions {
  /** Whether the main area has tabs, as in JupyterLab but not Notebook 7. */
  hasTabs: boolean;
  /** Restores the open panes after a reload. */
  restorer: ILayoutRestorer | null;
}

/**
 * Add the commands for dashboards, and restore the open panes.
 *
 * @returns the open panes
 */
export function addDashboards(
  options: IDashboardOptions
): WidgetTracker<DashboardPane> {
  const { app, trans } = options;
  const { baseUrl } = app.serviceManager.serverSettings;
  const paneOptions = paneOptionsOf(options);
  const tracker = addOpenCommand(options, paneOptions);
  addClusterCommand(options, CommandIDs.openDashboardTab, {
    label: ({ isPalette }) =>
      isPalette
        ? trans.__('Open Cluster Dashboard in Browser Tab')
        : trans.__('Open Dashboard in Browser Tab'),
    caption: trans.__('Open the dashboard of the cluster in a browser tab'),
    filter: hasDashboard,
    execute: cluster => openTab(cluster, '', options)
  });
  addPlotsCommand(options, tracker, paneOptions);
  addClusterCommand(options, CommandIDs.showInDaskLabextension, {
    label: ({ isPalette }) =>
      isPalette
        ? trans.__('Show Cluster Dashboard in dask-labextension')
        : trans.__('Show in dask-labextension'),
    caption: trans.__('Show the dashboard in the panes of dask-labextension'),
    icon: menuIcon(clusterIcon),
    isEnabled: () => hasDaskLabextension(app.commands),
    filter: hasDashboard,
    execute: async cluster => {
      const url = dashboardUrl(cluster, '');
      if (url) {
        const relative = relativeUrl(url, baseUrl);
        await showInDaskLabextension(app.commands, relative, trans);
      }
    }
  });
  return tracker;
}

/** What the panes work with. */
function paneOptionsOf(options: IDashboardOptions): IPaneOptions {
  const { app, clusters, trans } = options;
  return {
    ...{ clusters, trans },
    baseUrl: app.serviceManager.serverSettings.baseUrl,
    launchAgain: id => app.commands.execute(CommandIDs.launchAgain, { id }),
    pick: () => pickCluster({}, options, hasDashboard, false)
  };
}

/**
 * Add the command that opens a dashboard or one of its plots.
 *
 * @returns the open panes
 */
function addOpenCommand(
  options: IDashboardOptions,
  paneOptions: IPaneOptions
): WidgetTracker<DashboardPane> {
  const { app, trans } = options;
  const tracker = new WidgetTracker<DashboardPane>({
    namespace: 'cluster-launcher-dashboard'
  });
  app.commands.addCommand(CommandIDs.openDashboard, {
    label: args =>
      typeof args.title === 'string' && args.title
        ? args.title
        : args.isPalette
          ? trans.__('Open Cluster Dashboard')
          : trans.__('Open Dashboard'),
    caption: trans.__('Open the dashboard of the cluster, or one of its plots'),
    icon: args => (args.title ? undefined : menuIcon(dashboardIcon)),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ID_PROPERTY,
          name: {
            type: 'string',
            description: 'The name of a plot; by default the whole dashboard.'
          },
          title: { type: 'string', description: 'The title of the plot.' }
        }
      }
    },
    execute: async args => {
      const name = typeof args.name === 'string' ? args.name : '';
      const title = typeof args.title === 'string' ? args.title : name;
      // A restored pane waits for its cluster, or one that is called the same.
      const id =
        typeof args.id === 'string'
          ? args.id
          : (await pickCluster(args, options, hasDashboard))?.id;
      if (id !== undefined) {
        const { cluster, shown } = args as Partial<IPaneArgs>;
        const pane = { id, name, title, cluster, shown };
        openDashboard(pane, tracker, paneOptions, options);
      }
    }
  });
  if (options.restorer) {
    void options.restorer.restore(tracker, {
      command: CommandIDs.openDashboard,
      args: ({ args }) => ({ ...args }),
      name: pane => pane.id
    });
  }
  tracker.widgetAdded.connect((_, pane) =>
    // What it shows may change, and is restored after a reload.
    pane.title.changed.connect(() => void tracker.save(pane))
  );
  return tracker;
}

/** Open a dashboard or one of its plots in a tab of the browser. */
function openTab(
  cluster: ICluster,
  plot: string,
  { app }: Pick<IDashboardOptions, 'app'>
): void {
  const { baseUrl } = app.serviceManager.serverSettings;
  const url = dashboardUrl(cluster, plot);
  if (url) {
    window.open(new URL(url, baseUrl).href, '_blank', 'noopener');
  }
}

/**
 * Open a dashboard in a tab of JupyterLab, or of the browser if the application
 * has no tabs. Activate the tab if it is open.
 */
function openDashboard(
  args: IPaneArgs,
  tracker: WidgetTracker<DashboardPane>,
  paneOptions: IPaneOptions,
  { app, clusters, hasTabs }: IDashboardOptions
): void {
  const { id, name } = args;
  if (!hasTabs) {
    const cluster = clusters.get(id);
    if (cluster) {
      openTab(cluster, name, { app });
    }
    return;
  }
  const open = findPane(tracker, id, name);
  if (open) {
    app.shell.activateById(open.id);
    return;
  }
  const pane = new DashboardPane(args, paneOptions);
  void tracker.add(pane);
  app.shell.add(pane, 'main', {
    mode: tracker.size > 1 ? 'tab-after' : 'split-right'
  });
  app.shell.activateById(pane.id);
}
