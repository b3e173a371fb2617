import { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import { TranslationBundle } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { CommandIDs } from './commands/ids';
import { platformText, stateText, workersText } from './format';
import { clusterIcon } from './icons';
import { ICluster, IClusters } from './tokens';
import { capacityText } from './usage';

/**
 * The clusters as a section of the Running panel of JupyterLab.
 */
export class RunningClusters implements IRunningSessions.IManager {
  constructor(
    private _clusters: IClusters,
    private _commands: CommandRegistry,
    private _trans: TranslationBundle
  ) {
    this.name = this._trans.__('Dask Clusters');
    this.shutdownLabel = this._trans.__('Stop');
    this.shutdownAllLabel = this._trans.__('Stop All');
    this.shutdownAllConfirmationText = this._trans.__(
      'Stop all Dask clusters? Results that exist only on the clusters will be lost. Clusters that you joined keep running.'
    );
    this._clusters.changed.connect(this._onChanged, this);
  }

  /** The title of the section. */
  readonly name: string;
  /** The label of the button that stops a cluster. */
  readonly shutdownLabel: string;
  /** The label of the button that stops all clusters. */
  readonly shutdownAllLabel: string;
  /** The question before all clusters are stopped. */
  readonly shutdownAllConfirmationText: string;

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

  /** Stop all clusters; leave those that were joined. */
  shutdownAll(): void {
    for (const { id, joined } of this._clusters.clusters) {
      // The row of a cluster that could not be stopped shows why.
      this._clusters.stop(id, { leave: joined }).catch(() => undefined);
    }
  }

  /** The item of a cluster. */
  private _item(cluster: ICluster): IRunningSessions.IRunningItem {
    const args = { id: cluster.id };
    return {
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

  private _onChanged(): void {
    this._runningChanged.emit();
  }

  private _runningChanged = new Signal<this, void>(this);
}

/**
 * Add the clusters to the Running panel.
 */
export function addRunning(
  managers: IRunningSessionManagers,
  clusters: IClusters,
  commands: CommandRegistry,
  trans: TranslationBundle
): IDisposable {
  return managers.add(new RunningClusters(clusters, commands, trans));
}
