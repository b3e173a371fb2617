import { IFrame, MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { dashboardIcon } from '../icons';
import { ICluster, IClusters } from '../tokens';
import { dashboardUrl } from './url';

/** What a pane shows; a restored pane is created from it. */
export interface IPaneArgs {
  /** The id of the cluster. */
  id: string;
  /** The name of the plot; empty for the whole dashboard. */
  name: string;
  /** The title of the plot; empty for the whole dashboard. */
  title: string;
}

/** The id of the pane of a dashboard or plot. */
export function paneId(id: string, name: string): string {
  return `jp-ClusterLauncher-dashboard-${id}-${name}`;
}

/**
 * A tab with a dashboard or one of its plots.
 *
 * The URL comes from the current report of the cluster, so that a restored pane
 * never shows an outdated URL.
 */
export class DashboardPane extends MainAreaWidget<IFrame> {
  /**
   * @param args - what to show
   * @param _baseUrl - the URL of the server
   */
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
    // Empty; beside a note it would take half of the tab.
    this.toolbar.hide();
    this._note = new Widget();
    this._note.addClass('jp-ClusterLauncher-paneNote');
    this._note.node.setAttribute('role', 'status');
    this.contentHeader.addWidget(this._note);
    this._clusters.changed.connect(this._update, this);
    this._update();
  }

  /** Show the dashboard, or why there is none. */
  private _update(): void {
    const cluster = this._clusters.get(this.args.id);
    const url = cluster ? dashboardUrl(cluster, this.args.name) : null;
    if (cluster) {
      this.title.label = this.args.title
        ? `${this.args.title} · ${cluster.name}`
        : this._trans.__('Dashboard · %1', cluster.name);
      this.title.caption = this.title.label;
      // Else all tabs are called the same.
      this.content.node.setAttribute('aria-label', this.title.label);
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

  /** Why there is no dashboard; empty if there is one. */
  private _noteFor(cluster: ICluster | undefined, url: string | null): string {
    if (this._clusters.status === 'loading') {
      return this._trans.__('Loading the cluster…');
    }
    if (!cluster || !['starting', 'running'].includes(cluster.state)) {
      return this._trans.__(
        'This cluster is no longer running. Close this tab, or open the dashboard of another cluster.'
      );
    }
    return url === null
      ? this._trans.__('The dashboard will appear when the cluster is running.')
      : '';
  }

  private _note: Widget;
}
