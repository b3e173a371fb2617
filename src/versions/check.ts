import { NotebookPanel } from '@jupyterlab/notebook';
import { Kernel } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { ICluster, IClusters, INotebooks } from '../tokens';
import {
  differences,
  IDifference,
  IEnvironment,
  queryKernel
} from './packages';

/** A notebook and a cluster whose packages differ. */
export interface IMismatch {
  /** The cluster. */
  cluster: ICluster;
  /** The path of the notebook. */
  path: string;
  /** The kernelspec of the notebook. */
  kernelName: string;
  /** The packages that differ. */
  differences: IDifference[];
}

type SessionContext = NotebookPanel['sessionContext'];

/** A notebook that uses a cluster. */
interface IUser {
  /** The id of its kernel. */
  kernelId: string;
  /** The kernelspec of its kernel. */
  kernelName: string;
  /** The environment of its kernel; null until the kernel responded. */
  environment: IEnvironment | null;
}

/**
 * Compares the packages of a notebook with those of a cluster before their
 * first use together: when code is inserted, and when an inserted cell runs in a
 * kernel that was not queried before.
 *
 * It delays nothing. The kernel receives the query before the cell, so that it
 * responds before the cluster is used.
 */
export class VersionCheck implements IDisposable {
  /**
   * @param _show - shows a mismatch to the user; called once for each table
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks | null,
    private _show: (mismatch: IMismatch) => void
  ) {
    this._notebooks?.used.connect(this._onUsed, this);
    this._clusters.changed.connect(this._onClusters, this);
  }

  /** Emitted when the mismatches may have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the check is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Check nothing more. */
  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /**
   * List the notebooks whose packages differ from those of a cluster.
   */
  mismatches(cluster: ICluster): IMismatch[] {
    return [...(this._users.get(cluster.id) ?? [])]
      .map(([panel, { kernelName, environment }]) => ({
        cluster,
        path: panel.context.localPath,
        kernelName,
        differences: environment
          ? differences(environment.versions, cluster.versions)
          : []
      }))
      .filter(mismatch => mismatch.differences.length > 0);
  }

  private _onUsed(_: unknown, { id, panel }: INotebooks.IUse): void {
    void this._check(id, panel);
  }

  private async _check(id: string, panel: NotebookPanel): Promise<void> {
    if (!panel.sessionContext.session?.kernel) {
      await panel.sessionContext.ready; // The notebook was just opened.
    }
    const kernel = panel.sessionContext.session?.kernel;
    const cluster = this._clusters.get(id);
    const users = this._users.get(id) ?? new Map<NotebookPanel, IUser>();
    if (!kernel || !cluster || users.get(panel)?.kernelId === kernel.id) {
      return;
    }
    const user: IUser = {
      kernelId: kernel.id,
      kernelName: kernel.name,
      environment: null
    };
    this._users.set(id, users.set(panel, user));
    panel.disposed.connect(this._onPanelDisposed, this);
    panel.sessionContext.kernelChanged.connect(this._onKernelChanged, this);
    panel.sessionContext.statusChanged.connect(this._onStatusChanged, this);
    user.environment = await queryKernel(kernel);
    if (user.environment === null && users.get(panel) === user) {
      users.delete(panel); // The next run queries the kernel again.
    }
    this._review(id);
  }

  /**
   * Show the mismatches of a cluster, each table once.
   */
  private _review(id: string): void {
    const cluster = this._clusters.get(id);
    for (const mismatch of cluster ? this.mismatches(cluster) : []) {
      const key = JSON.stringify([id, mismatch.path, mismatch.differences]);
      if (!this._shown.has(key)) {
        this._shown.add(key);
        this._show(mismatch);
      }
    }
    this._changed.emit();
  }

  private _onClusters(_: IClusters, change: IClusters.IChange): void {
    const { old, new: cluster } = change;
    if (change.type === 'removed' && old) {
      this._users.delete(old.id);
    } else if (cluster && this._users.has(cluster.id)) {
      this._review(cluster.id); // Its versions may be new.
    }
  }

  private _onKernelChanged(context: SessionContext): void {
    for (const users of this._users.values()) {
      for (const panel of users.keys()) {
        if (panel.sessionContext === context) {
          users.delete(panel);
        }
      }
    }
    this._changed.emit();
  }

  private _onStatusChanged(
    context: SessionContext,
    status: Kernel.Status
  ): void {
    // A restarted kernel keeps its id but may import other packages.
    if (status === 'restarting' || status === 'autorestarting') {
      this._onKernelChanged(context);
    }
  }

  private _onPanelDisposed(panel: NotebookPanel): void {
    this._users.forEach(users => users.delete(panel));
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _isDisposed = false;
  private _shown = new Set<string>();
  /** By cluster, the notebooks that use it. */
  private _users = new Map<string, Map<NotebookPanel, IUser>>();
}
