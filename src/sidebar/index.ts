import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IStatusBar } from '@jupyterlab/statusbar';
import { AutoInsert } from '../notebook/autoinsert';
import { CommandIDs, ID_PROPERTY } from '../commands';
import { ICommandOptions, pick, ROW_CLASS } from '../commands/pick';
import { clusterIcon, logIcon } from '../icons';
import { IPreferences } from '../settings/preferences';
import { VersionCheck } from '../versions/check';

/** What the sidebar is assembled from. */
export interface ISidebarOptions extends ICommandOptions {
  preferences: IPreferences;
  restorer: ILayoutRestorer | null;
  launcher: ILauncher | null;
  palette: ICommandPalette | null;
  statusBar: IStatusBar | null;
}

/**
 * Put the sidebar, and the ways to it, where people look for them.
 */
export async function addSidebar(options: ISidebarOptions): Promise<void> {
  const { app, clusters, notebooks, preferences, translator } = options;
  const trans = translator.load('jupyter_cluster_launcher');
  const [{ ClusterPanel }, { showMismatch }] = await Promise.all([
    import('./panel'),
    import('../versions/table')
  ]);
  const autoInsert = new AutoInsert(
    clusters,
    notebooks,
    trans,
    () => panel.node
  );
  const panel = new ClusterPanel({
    checks: new VersionCheck(clusters, notebooks, mismatch => {
      void showMismatch(mismatch, trans);
    }),
    clusters,
    commands: app.commands,
    kernelspecs: app.serviceManager.kernelspecs,
    notebooks,
    onLaunched: (cluster, panel) => {
      if (preferences.insertAutomatically) {
        autoInsert.expect(cluster.id, panel);
      }
    },
    preferences,
    trans
  });
  app.shell.add(panel, 'left', { rank: 350, type: 'Dask Clusters' });
  options.restorer?.add(panel, panel.id);

  app.commands.addCommand(CommandIDs.open, {
    label: args =>
      args.isLauncher ? trans.__('Dask Cluster') : trans.__('Dask Clusters'),
    caption: trans.__('Start Dask clusters and see those that run'),
    icon: clusterIcon,
    describedBy: { args: { type: 'object', properties: ID_PROPERTY } },
    execute: args => {
      app.shell.activateById(panel.id);
      if (typeof args.id === 'string') {
        panel.node
          .querySelector(
            `.${ROW_CLASS}[data-cluster-id="${CSS.escape(args.id)}"]`
          )
          ?.scrollIntoView({ block: 'nearest' });
      }
    }
  });
  app.commands.addCommand(CommandIDs.showLogs, {
    label: trans.__('Show Logs'),
    caption: trans.__('Show what the cluster, its scheduler and workers wrote'),
    icon: logIcon,
    describedBy: { args: { type: 'object', properties: ID_PROPERTY } },
    execute: async args => {
      const cluster = await pick(args, options, trans);
      if (cluster) {
        await showLogs(options, cluster.id);
      }
    }
  });
  addWays(options);
}

/**
 * Open the logs of a cluster, or go to them.
 */
async function showLogs(options: ISidebarOptions, id: string): Promise<void> {
  const { app, clusters, translator } = options;
  const { LogPanel } = await import('../logs/panel');
  const logs = new LogPanel(
    clusters,
    id,
    translator.load('jupyter_cluster_launcher')
  );
  const area = options.hasTabs ? 'main' : 'right';
  for (const widget of app.shell.widgets(area)) {
    if (widget.id === logs.id) {
      logs.dispose();
      app.shell.activateById(widget.id);
      return;
    }
  }
  app.shell.add(logs, area, { mode: 'split-bottom', type: 'Dask Clusters' });
  app.shell.activateById(logs.id);
}

/**
 * The command palette, JupyterLab's launcher and the status bar.
 */
function addWays(options: ISidebarOptions): void {
  const { app, clusters, launcher, palette, statusBar, translator } = options;
  const trans = translator.load('jupyter_cluster_launcher');
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({ command, category: trans.__('Dask Clusters') });
  }
  launcher?.add({
    command: CommandIDs.open,
    args: { isLauncher: true },
    category: trans.__('Other'),
    rank: 50
  });
  if (statusBar) {
    void import('./statusitem').then(({ StatusItem }) => {
      statusBar.registerStatusItem('jupyter-cluster-launcher:status', {
        align: 'left',
        rank: 3,
        item: new StatusItem(
          clusters,
          () => void app.commands.execute(CommandIDs.open),
          trans
        )
      });
    });
  }
}
