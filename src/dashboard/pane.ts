import { IFrame, MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { againText, canLaunchAgain } from '../again';
import { hasEnded, isAlive, stateText } from '../format';
import { dashboardIcon } from '../icons';
import { ICluster, IClusters } from '../tokens';
import { dashboardUrl } from './url';

/** What a pane shows; a restored pane is created from it. */
export interface IPaneArgs {
  /** The id of the cluster that it was opened for. */
  id: string;
  /** The name of the plot; empty for the whole dashboard. */
  name: string;
  /** The title of the plot; empty for the whole dashboard. */
  title: string;
  /** The id of the cluster that it shows, if that is another one by now. */
  shown?: string;
  /** The name of that cluster, once it is known. */
  cluster?: string;
}

/** What a pane works with. */
export interface IPaneOptions {
  /** The URL of the server. */
  baseUrl: string;
  /** The clusters. */
  clusters: IClusters;
  /** Launches a cluster again. */
  launchAgain: (id: string) => Promise<unknown>;
  /** Lets the user choose another cluster with a dashboard. */
  pick: () => Promise<ICluster | null>;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/** The id of the pane of a dashboard or plot. */
export function paneId(id: string, name: string): string {
  return `jp-ClusterLauncher-dashboard-${id}-${name}`;
}

/**
 * A tab with a dashboard or one of its plots.
 *
 * The URL comes from the current report of the cluster, so that a restored pane
 * never shows an outdated URL. When the cluster has ended, the pane shows one that
 * was launched since and is called the same, as the code in notebooks does.
 */
export class DashboardPane extends MainAreaWidget<IFrame> {
  /**
   * @param args - what to show
   */
  constructor(
    readonly args: IPaneArgs,
    private _options: IPaneOptions
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
    this._note.node.tabIndex = -1;
    this.contentHeader.addWidget(this._note);
    this._options.clusters.changed.connect(this._update, this);
    this._update();
  }

  /** The id of the cluster that is shown. */
  get clusterId(): string {
    return this.args.shown ?? this.args.id;
  }

  /** Show a cluster. */
  showCluster(id: string): void {
    this.args.shown = id;
    this._update();
  }

  /** Show the dashboard, or why there is none. */
  private _update(): void {
    const { baseUrl, trans } = this._options;
    const cluster = this._find();
    const url = cluster ? dashboardUrl(cluster, this.args.name) : null;
    if (cluster) {
      this.args.shown = cluster.id;
      this.args.cluster = cluster.name;
      this.title.label = this.args.title
        ? `${this.args.title} · ${cluster.name}`
        : trans.__('Dashboard · %1', cluster.name);
      this.title.caption = this.title.label;
      // Else all tabs are called the same.
      this.content.node.setAttribute('aria-label', this.title.label);
      this.content.node
        .querySelector('iframe')
        ?.setAttribute('title', this.title.label);
    }
    const note = this._noteFor(cluster, url);
    const focused = document.activeElement;
    const hadFocus = this._note.node.contains(focused);
    this._showNote(note, cluster);
    this.content.setHidden(note !== '');
    if (hadFocus) {
      this._focus(focused as HTMLElement);
    }
    if (url !== null && note === '') {
      const absolute = new URL(url, baseUrl).href;
      // Another cluster may have the port of the one before.
      const what = `${this.clusterId} ${absolute}`;
      if (this._loaded !== what) {
        this._loaded = what;
        this.content.url = absolute;
      }
    }
  }

  /** The cluster to show: the same one, or one that is called so since it ended. */
  private _find(): ICluster | undefined {
    const { clusters } = this._options;
    const own = clusters.get(this.clusterId);
    const { cluster: name } = this.args;
    return own && !hasEnded(own)
      ? own
      : (clusters.clusters.find(
          other => isAlive(other) && other.name === name
        ) ?? own);
  }

  /** Why there is no dashboard; empty if there is one. */
  private _noteFor(cluster: ICluster | undefined, url: string | null): string {
    const { clusters, trans } = this._options;
    const isKnown = cluster || clusters.status === 'ready';
    if (!isKnown || clusters.status === 'loading') {
      return trans.__('Loading the cluster…');
    }
    if (cluster && isAlive(cluster)) {
      return url === null
        ? trans.__('The dashboard will appear when the cluster is running.')
        : '';
    }
    const name = this.args.cluster;
    return name === undefined
      ? trans.__('This cluster has stopped.')
      : !cluster || cluster.state === 'closed'
        ? trans.__('%1 has stopped.', name)
        : trans.__('%1: %2.', name, stateText(cluster.state, trans));
  }

  /**
   * Focus a button again if the note still has it, else the note, or the dashboard
   * that is there instead: the keyboard would be lost with what was replaced.
   */
  private _focus(button: HTMLElement): void {
    const note = this._note.node;
    const rest = this._note.isHidden ? this.content.node : note;
    (note.contains(button) && !this._note.isHidden ? button : rest).focus();
  }

  /** Show why there is no dashboard, and what can be done about it. */
  private _showNote(text: string, cluster: ICluster | undefined): void {
    const { clusters, launchAgain, pick, trans } = this._options;
    const hasGone =
      clusters.status === 'ready' && (!cluster || hasEnded(cluster));
    const actions: [string, () => Promise<unknown>][] = [];
    // One that was joined cannot be launched; one that was dismissed may.
    if (hasGone && canLaunchAgain(cluster)) {
      actions.push([
        againText(cluster, trans),
        () => launchAgain(this.clusterId)
      ]);
    }
    if (hasGone && clusters.clusters.some(hasDashboard)) {
      actions.push([
        trans.__('Show another cluster'),
        async () => {
          const other = await pick();
          if (other) {
            this.showCluster(other.id);
          }
        }
      ]);
    }
    const shown = [text, ...actions.map(([label]) => label)].join('\n');
    if (shown === this._noted) {
      return;
    }
    this._noted = shown;
    const words = document.createElement('p');
    words.textContent = text;
    // A button that stays may be working.
    const before = [...this._note.node.querySelectorAll('button')];
    const buttons = actions.map(
      ([label, run]) =>
        before.find(({ textContent }) => textContent === label) ??
        makeButton(label, run)
    );
    this._note.node.replaceChildren(words, ...buttons);
    this._note.setHidden(text === '');
  }

  /** The cluster and the URL in the frame. */
  private _loaded = '';
  private _note: Widget;
  /** The text of the note and of its buttons. */
  private _noted: string | null = null;
}

/** Whether the dashboard of a cluster can be opened. */
export function hasDashboard(cluster: ICluster): boolean {
  return cluster.dashboard_url !== null && cluster.state === 'running';
}

/**
 * Make a button that does nothing while it works, as `TextButton` while it is busy:
 * it keeps the focus, which a disabled button would lose.
 */
function makeButton(
  label: string,
  run: () => Promise<unknown>
): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'jp-mod-styled jp-mod-minimal';
  button.textContent = label;
  button.addEventListener('click', () => {
    if (button.hasAttribute('aria-disabled')) {
      return;
    }
    button.setAttribute('aria-disabled', 'true');
    void run().finally(() => button.removeAttribute('aria-disabled'));
  });
  return button;
}
