import { ILayoutRestorer } from '@jupyterlab/application';
import { IFrame, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { CommandIDs, ID_PROPERTY } from '../commands';
import { hasDaskPanes, showInDaskPanes } from './dasklabextension';
import { ICommandOptions, pick, report } from '../commands/pick';
import { clusterIcon, dashboardIcon } from '../icons';
import { ICluster, IClusters } from '../tokens';

/** What a pane needs to come back after a reload. */
interface IPaneArgs {
  id: string;
  /** The plot; empty for the whole dashboard. */
  name: string;
  /** What people call the plot; empty for the whole dashboard. */
  title: string;
}

/**
 * A dashboard, or one of its plots, in a tab of its own.
 *
 * Its address is looked up in the report of the cluster each time, so that a
 * restored pane never shows the address of another life.
 */
export class DashboardPane extends MainAreaWidget<IFrame> {
  constructor(
    readonly args: IPaneArgs,
    private _clusters: IClusters,
    private _baseUrl: string,
    private _trans: TranslationBundle
  ) {
    super({
      content: new IFrame({
        sandbox: [
          'allow-scripts',
          'allow-same-origin',
          'allow-popups',
          'allow-forms',
          'allow-downloads'
        ],
        loading: 'lazy'
      })
    });
    this.id = paneId(args.id, args.name);
    this.addClass('jp-ClusterLauncher-pane');
    this.title.icon = dashboardIcon;
    this.title.closable = true;
    this._note = new Widget();
    this._note.addClass('jp-ClusterLauncher-paneNote');
    this._note.node.setAttribute('role', 'status');
    this.contentHeader.addWidget(this._note);
    this._clusters.changed.connect(this._update, this);
    this._update();
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._clusters.changed.disconnect(this._update, this);
      super.dispose();
    }
  }

  /**
   * Show what there is: the dashboard, or why there is none.
   */
  private _update(): void {
    const cluster = this._clusters.get(this.args.id);
    const url = cluster ? dashboardUrl(cluster, this.args.name) : null;
    if (cluster) {
      this.title.label = this.args.title
        ? `${this.args.title} · ${cluster.name}`
        : this._trans.__('Dashboard · %1', cluster.name);
      this.title.caption = this.title.label;
      this.content.node
        .querySelector('iframe')
        ?.setAttribute('title', this.title.label);
    }
    const note = this._noteFor(cluster, url);
    this._note.node.textContent = note;
    this._note.setHidden(note === '');
    this.content.setHidden(note !== '');
    if (url !== null && note === '') {
      const absolute = new URL(url, this._baseUrl).href;
      if (this.content.url !== absolute) {
        this.content.url = absolute;
      }
    }
  }

  private _noteFor(cluster: ICluster | undefined, url: string | null): string {
    if (this._clusters.status === 'loading') {
      return this._trans.__('Looking for the cluster…');
    }
    if (!cluster || !['starting', 'running'].includes(cluster.state)) {
      return this._trans.__(
        'The cluster of this dashboard has ended. Close this tab, or open the dashboard of another cluster.'
      );
    }
    return url === null
      ? this._trans.__('The dashboard appears when the cluster is running.')
      : '';
  }

  private _note: Widget;
}

/**
 * Add the dashboard commands, and bring the panes of the last visit back.
 */
export function addDashboards(
  options: ICommandOptions,
  restorer: ILayoutRestorer | null
): WidgetTracker<DashboardPane> {
  const { app, clusters, translator } = options;
  const trans = translator.load('jupyter_cluster_launcher');
  const { baseUrl } = app.serviceManager.serverSettings;
  const tracker = new WidgetTracker<DashboardPane>({
    namespace: 'cluster-launcher-dashboard'
  });
  const running = (cluster: ICluster): boolean =>
    cluster.dashboard_url !== null && cluster.state === 'running';

  app.commands.addCommand(CommandIDs.openDashboard, {
    label: args =>
      typeof args.title === 'string' && args.title
        ? args.title
        : trans.__('Open Dashboard'),
    caption: trans.__('Open the dashboard of the cluster, or one of its plots'),
    icon: args => (args.title ? undefined : dashboardIcon),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ID_PROPERTY,
          name: {
            type: 'string',
            description: 'The plot; without it the whole dashboard.'
          },
          title: { type: 'string', description: 'The label of the plot.' }
        }
      }
    },
    execute: async args => {
      const name = typeof args.name === 'string' ? args.name : '';
      const title = typeof args.title === 'string' ? args.title : name;
      // A restored pane waits for its cluster; it must not ask for another.
      const id =
        typeof args.id === 'string'
          ? args.id
          : (await pick(args, options, trans, running))?.id;
      if (id === undefined) {
        return;
      }
      if (!options.hasTabs) {
        const cluster = clusters.get(id);
        const url = cluster && dashboardUrl(cluster, name);
        if (url) {
          window.open(new URL(url, baseUrl).href, '_blank', 'noopener');
        }
        return;
      }
      const found = tracker.find(pane => pane.id === paneId(id, name));
      if (found) {
        app.shell.activateById(found.id);
        return;
      }
      const pane = new DashboardPane(
        { id, name, title },
        clusters,
        baseUrl,
        trans
      );
      void tracker.add(pane);
      app.shell.add(pane, 'main', {
        mode: tracker.size > 1 ? 'tab-after' : 'split-right'
      });
      app.shell.activateById(pane.id);
    }
  });
  app.commands.addCommand(CommandIDs.pointDask, {
    label: trans.__('Show in the Dask Panes'),
    caption: trans.__('Point the panes of dask-labextension at this cluster'),
    icon: clusterIcon,
    isEnabled: () => hasDaskPanes(app.commands),
    describedBy: { args: { type: 'object', properties: ID_PROPERTY } },
    execute: async args => {
      const cluster = await pick(args, options, trans, running);
      const url = cluster && dashboardUrl(cluster, '');
      if (!url) {
        return;
      }
      try {
        await showInDaskPanes(app.commands, relative(url, baseUrl), trans);
      } catch (error) {
        report(error);
      }
    }
  });
  if (restorer) {
    void restorer.restore(tracker, {
      command: CommandIDs.openDashboard,
      args: ({ args: { id, name, title } }) => ({ id, name, title }),
      name: pane => pane.id
    });
  }
  return tracker;
}

/**
 * The address of the dashboard or of one plot, null until it is known. A plot
 * stands beside the status page.
 */
function dashboardUrl(cluster: ICluster, name: string): string | null {
  return name === ''
    ? cluster.dashboard_url
    : (cluster.dashboard_url?.replace(/status$/, encodeURI(name)) ?? null);
}

function paneId(id: string, name: string): string {
  return `jp-ClusterLauncher-dashboard-${id}-${name}`;
}

/** An address below the base URL without it; any other in full. */
function relative(url: string, baseUrl: string): string {
  const { href } = new URL(url, baseUrl);
  return href.startsWith(baseUrl) ? href.slice(baseUrl.length) : href;
}
