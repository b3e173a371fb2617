import { NotebookPanel } from '@jupyterlab/notebook';
import { Kernel } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { askKernel, differences, IDifference, IEnvironment } from './packages';

/** A notebook and a cluster that do not have the same packages. */
export interface IMismatch {
  cluster: ICluster;
  /** The path of the notebook. */
  path: string;
  /** The kernelspec of the notebook. */
  kernelName: string;
  differences: IDifference[];
}

type SessionContext = NotebookPanel['sessionContext'];

/** A notebook that uses a cluster, and what its kernel has. */
interface IUser {
  kernelId: string;
  kernelName: string;
  /** Null until the kernel answered. */
  environment: IEnvironment | null;
}

/**
 * Compares the packages of a notebook with those of a cluster before their
 * first use together: when code is inserted, and when an inserted cell is run
 * in a kernel that was not asked before.
 *
 * It never holds anything up. The question reaches the kernel before the cell
 * does, so that the answer comes before the cluster is used.
 */
export class VersionCheck {
  /**
   * @param show - tells a person of a mismatch; called once for each table
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks | null,
    private _show: (mismatch: IMismatch) => void
  ) {
    this._notebooks?.used.connect(this._onUsed, this);
    this._clusters.changed.connect(this._onClusters, this);
  }

  /** Emitted when the kernel of a notebook answered or went away. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  dispose(): void {
    Signal.clearData(this);
  }

  /**
   * The notebooks whose packages differ from those of a cluster.
   */
  mismatches(cluster: ICluster): IMismatch[] {
    return [...(this._users.get(cluster.id) ?? [])]
      .map(([panel, { kernelName, environment }]) => ({
        cluster,
        path: panel.context.path,
        kernelName,
        differences: environment
          ? differences(environment.versions, cluster.versions)
          : []
      }))
      .filter(mismatch => mismatch.differences.length > 0);
  }

  private _onUsed(_: INotebooks, { id, panel }: INotebooks.IUse): void {
    void this._ask(id, panel);
  }

  private async _ask(id: string, panel: NotebookPanel): Promise<void> {
    if (!panel.sessionContext.session?.kernel) {
      await panel.sessionContext.ready; // A notebook that was just opened.
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
    panel.disposed.connect(this._forget, this);
    panel.sessionContext.kernelChanged.connect(this._onKernel, this);
    panel.sessionContext.statusChanged.connect(this._onStatus, this);
    user.environment = await askKernel(kernel);
    if (user.environment === null && users.get(panel) === user) {
      users.delete(panel); // The next run asks again.
    }
    this._review(id);
  }

  /**
   * Show what is to be shown of a cluster, each table once.
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
      this._review(cluster.id); // Its versions may have come only now.
    }
  }

  private _onKernel(context: SessionContext): void {
    for (const users of this._users.values()) {
      for (const panel of users.keys()) {
        if (panel.sessionContext === context) {
          users.delete(panel);
        }
      }
    }
    this._changed.emit();
  }

  private _onStatus(context: SessionContext, status: Kernel.Status): void {
    // A restarted kernel may find other packages; it keeps its id.
    if (status === 'restarting' || status === 'autorestarting') {
      this._onKernel(context);
    }
  }

  private _forget(panel: NotebookPanel): void {
    this._users.forEach(users => users.delete(panel));
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _shown = new Set<string>();
  /** By cluster, the notebooks that use it. */
  private _users = new Map<string, Map<NotebookPanel, IUser>>();
}
