import { PageConfig } from '@jupyterlab/coreutils';
import { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import { TranslationBundle } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { CommandIDs } from './commands/ids';
import { lossesOf } from './commands/stop';
import { isAlive, platformText, stateText, workersText } from './format';
import { clusterIcon } from './icons';
import { ICluster, IClusters, INotebooks } from './tokens';
import { capacityText } from './usage';

/** The item of a cluster. */
interface IItem extends IRunningSessions.IRunningItem {
  /** The id of the cluster. */
  id: string;
}

/**
 * The clusters as a section of the Running panel of JupyterLab.
 */
export class RunningClusters implements IRunningSessions.IManager {
  /**
   * @param _notebooks - the open notebooks, which may use the clusters; null if
   *   that does not matter
   */
  constructor(
    private _clusters: IClusters,
    private _commands: CommandRegistry,
    private _trans: TranslationBundle,
    private _notebooks: INotebooks | null = null
  ) {
    this.name = this._trans.__('Dask Clusters');
    this.shutdownLabel = item =>
      this._commands.label(CommandIDs.stop, { id: (item as IItem).id });
    this.shutdownAllLabel = this._trans.__('Stop All');
    this.shutdownAllConfirmationText = takesFunction()
      ? () => this._question()
      : this._trans.__(
          'Stop all Dask clusters? Results that exist only on the clusters will be lost. Tasks will not be finished. Jobs will be canceled, and lose their place in the queue. Other open notebooks may use the clusters. Clusters that you joined keep running. Unreachable clusters may still use resources: clean them up in the sidebar.'
        );
    this._clusters.changed.connect(this._onChanged, this);
  }

  /** The title of the section. */
  readonly name: string;
  /** The label of the button that stops a cluster, or dismisses one that has ended. */
  readonly shutdownLabel: (item: IRunningSessions.IRunningItem) => string;
  /** The label of the button that stops all clusters. */
  readonly shutdownAllLabel: string;
  /** The question before all clusters are stopped. */
  readonly shutdownAllConfirmationText: string | (() => string);

  /** Emitted when the list of clusters changed. */
  get runningChanged(): ISignal<this, void> {
    return this._runningChanged;
  }

  /** List the clusters. */
  running(): IRunningSessions.IRunningItem[] {
    return this._clusters.clusters.map(cluster => this._item(cluster));
  }

  /** Fetch the list of clusters now. */
  refreshRunning(): void {
    void this._clusters.refresh();
  }

  /**
   * Stop all clusters that start or run; leave those that were joined. What has ended
   * keeps its reason and logs. What cannot be reached is cleaned up one by one: its
   * row may be all that says where something still runs.
   */
  shutdownAll(): void {
    for (const { id, joined } of this._clusters.clusters.filter(isAlive)) {
      // The row of a cluster that could not be stopped shows why.
      this._clusters.stop(id, { leave: joined }).catch(() => undefined);
    }
  }

  /** The item of a cluster. */
  private _item(cluster: ICluster): IItem {
    const args = { id: cluster.id };
    return {
      id: cluster.id,
      context: 'cluster-launcher',
      icon: (): LabIcon => clusterIcon,
      label: () =>
        [cluster.name, platformText(cluster)].filter(part => part).join(' · '),
      labelTitle: () =>
        [
          `${cluster.name}: ${stateText(cluster.state, this._trans)}`,
          cluster.platform_title,
          this._trans.__(
            'Launched %1',
            new Date(cluster.created).toLocaleString()
          ),
          cluster.address ?? ''
        ]
          .filter(line => line)
          .join('\n'),
      detail: () =>
        cluster.state === 'running'
          ? [
              workersText(cluster, this._trans),
              capacityText(cluster, this._trans)
            ]
              .filter(part => part)
              .join(' · ')
          : stateText(cluster.state, this._trans),
      open: () => void this._commands.execute(CommandIDs.open, args),
      shutdown: () => void this._commands.execute(CommandIDs.stop, args)
    };
  }

  /** The question before all clusters are stopped, with what each would lose. */
  private _question(): string {
    const { clusters } = this._clusters;
    const alive = clusters.filter(isAlive);
    const parts = [
      alive.length > 0
        ? this._trans.__('Stop all Dask clusters?')
        : this._trans.__('No running Dask cluster.')
    ];
    for (const cluster of alive.filter(({ joined }) => !joined)) {
      const losses = lossesOf(cluster, this._trans, this._notebooks);
      if (losses.length > 0) {
        parts.push(this._trans.__('%1: %2', cluster.name, losses.join(' ')));
      }
    }
    if (alive.some(({ joined }) => joined)) {
      parts.push(this._trans.__('Clusters that you joined keep running.'));
    }
    if (clusters.some(({ state }) => state === 'lost')) {
      parts.push(
        this._trans.__(
          'Unreachable clusters may still use resources: clean them up in the sidebar.'
        )
      );
    }
    return parts.join(' ');
  }

  private _onChanged(): void {
    this._runningChanged.emit();
  }

  private _runningChanged = new Signal<this, void>(this);
}

/**
 * Whether the Running panel takes a function for the question, which it calls at
 * the click. JupyterLab 4.2 reads a text when the panel is made.
 */
function takesFunction(): boolean {
  // Notebook 7.2 is made of the same parts, and says its own version.
  return !/^[47]\.2\./.test(PageConfig.getOption('appVersion'));
}

/**
 * Add the clusters to the Running panel.
 *
 * @param notebooks - the open notebooks; null without a notebook application
 */
export function addRunning(
  managers: IRunningSessionManagers,
  clusters: IClusters,
  commands: CommandRegistry,
  trans: TranslationBundle,
  notebooks: INotebooks | null = null
): IDisposable {
  return managers.add(
    new RunningClusters(clusters, commands, trans, notebooks)
  );
}
