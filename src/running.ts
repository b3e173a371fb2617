import { IRunningSessionManagers, IRunningSessions } from '@jupyterlab/running';
import { TranslationBundle } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { CommandIDs } from './commands';
import { clusterIcon } from './icons';
import { ICluster, IClusters } from './tokens';
import { stateWord, workersText } from './format';

/**
 * The clusters as a section of JupyterLab's Running panel.
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
      'Stop all Dask clusters? Results that are only on them will be lost. Clusters that you joined are left running.'
    );
    this._clusters.changed.connect(this._onChanged, this);
  }

  readonly name: string;
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;
  readonly shutdownAllConfirmationText: string;

  get runningChanged(): ISignal<this, void> {
    return this._runningChanged;
  }

  running(): IRunningSessions.IRunningItem[] {
    return this._clusters.clusters.map(cluster => this._item(cluster));
  }

  refreshRunning(): void {
    void this._clusters.refresh();
  }

  shutdownAll(): void {
    for (const { id, joined } of this._clusters.clusters) {
      // What cannot be stopped keeps its row, and the row says why.
      this._clusters.stop(id, { leave: joined }).catch(() => undefined);
    }
  }

  private _item(cluster: ICluster): IRunningSessions.IRunningItem {
    const args = { id: cluster.id };
    return {
      context: 'cluster-launcher',
      icon: (): LabIcon => clusterIcon,
      label: () => cluster.name,
      labelTitle: () =>
        `${cluster.name}: ${stateWord(cluster.state, this._trans)}`,
      detail: () =>
        cluster.state === 'running'
          ? workersText(cluster, this._trans)
          : stateWord(cluster.state, this._trans),
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
 * Add the section to the Running panel.
 */
export function addRunning(
  managers: IRunningSessionManagers,
  clusters: IClusters,
  commands: CommandRegistry,
  trans: TranslationBundle
): IDisposable {
  return managers.add(new RunningClusters(clusters, commands, trans));
}
