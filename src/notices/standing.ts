import { Notification } from '@jupyterlab/apputils';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { ICluster, IClusters, INotebooks } from '../tokens';

/** Whether a notice about a cluster still holds, which is listed no more if undefined. */
type Holds = (cluster: ICluster | undefined) => boolean;

/**
 * Dismisses notices that no longer hold: while the page is hidden they stay, and
 * their buttons would act on a cluster that is gone.
 */
export class Standing implements IDisposable {
  constructor(
    private _clusters: IClusters,
    notebooks: INotebooks | null
  ) {
    this._clusters.changed.connect(this._onClusters, this);
    notebooks?.usersChanged.connect(this._onNotebooks, this);
  }

  /** Whether this is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Dismiss no more notices. */
  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /**
   * Dismiss a notice once it no longer holds.
   *
   * @param id - the id of the cluster
   * @param shown - the id of the notice
   */
  add(id: string, shown: string, holds: Holds): void {
    this._standing.set(shown, { id, holds });
  }

  private _onClusters(_: IClusters, change: IClusters.IChange): void {
    this._review((change.new ?? change.old)?.id);
  }

  private _onNotebooks(): void {
    this._review();
  }

  /** Review the notices about one cluster, or about all. */
  private _review(which?: string): void {
    for (const [shown, { id, holds }] of this._standing) {
      if (which === undefined || which === id) {
        if (!holds(this._clusters.get(id) ?? undefined)) {
          this._standing.delete(shown);
          Notification.dismiss(shown);
        }
      }
    }
  }

  private _isDisposed = false;
  /** By the id of a notice, the id of its cluster, and whether it holds. */
  private _standing = new Map<string, { id: string; holds: Holds }>();
}
