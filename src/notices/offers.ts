import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { isAlive } from '../format';
import { nameOf, Target } from '../notebook/target';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { hasLiving } from '../toolbar/state';
import { INoticeActions } from './actions';
import { INotice } from './show';
import { Standing } from './standing';

/**
 * Offers the code of clusters that were launched while no notebook was open: in a
 * new notebook, or in the one that the user opens meanwhile.
 */
export class Offers implements IDisposable {
  /**
   * @param _show - shows a notice, and returns its id
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks | null,
    private _standing: Standing,
    private _actions: INoticeActions,
    private _show: (notice: INotice) => string,
    private _trans: TranslationBundle
  ) {
    this._notebooks?.changed.connect(this._onNotebooks, this);
  }

  /** Whether this is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Offer nothing more. */
  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Offer the code of a cluster that is ready. */
  add(cluster: ICluster): void {
    const { id } = cluster;
    const target = this._targetFor(cluster);
    if (target) {
      this._keep(id, this._show(this._inTarget(cluster, target)));
      return;
    }
    const done = (run: () => unknown) => () => {
      this._open.delete(id);
      return run();
    };
    const shown = this._show({
      message: this._ready(cluster),
      type: 'success',
      actions: [
        {
          label: this._trans.__('New notebook with it'),
          run: done(() => this._actions.createNotebook(cluster))
        },
        {
          label: this._trans.__('Copy code'),
          run: done(() => this._actions.copy(cluster))
        }
      ]
    });
    this._open.set(id, shown);
    this._keep(id, shown);
  }

  /** Dismiss an offer when the cluster cannot be used, or a notebook has it. */
  private _keep(id: string, shown: string): void {
    this._standing.add(
      id,
      shown,
      now => !!now && isAlive(now) && !this._isUsed(now)
    );
  }

  /** Offer to insert in a notebook that was opened. */
  private _onNotebooks(): void {
    for (const [id, shown] of this._open) {
      const cluster = this._clusters.get(id);
      const target = cluster ? this._targetFor(cluster) : null;
      if (!cluster || !isAlive(cluster) || this._isUsed(cluster)) {
        this._open.delete(id);
      } else if (target) {
        this._open.delete(id);
        Notification.dismiss(shown);
        this._keep(id, this._show(this._inTarget(cluster, target)));
      }
    }
  }

  /** Whether a notebook has the code of a cluster. */
  private _isUsed(cluster: ICluster): boolean {
    return !!this._notebooks?.users(cluster).length;
  }

  /**
   * The notebook or console in front; null if it takes no Python code, or has a
   * cluster.
   */
  private _targetFor(cluster: ICluster): Target | null {
    const notebooks = this._notebooks;
    const panel = notebooks?.panel;
    if (
      !panel ||
      notebooks.languageOf(panel) !== 'python' ||
      this._isUsed(cluster)
    ) {
      return null;
    }
    return hasLiving(panel, notebooks, this._clusters) ? null : panel;
  }

  /** The notice that offers to insert in a notebook or console. */
  private _inTarget(cluster: ICluster, panel: Target): INotice {
    const trans = this._trans;
    return {
      message: this._ready(cluster),
      type: 'success',
      actions: [
        {
          label: trans.__('Insert in %1', nameOf(panel)),
          run: () => this._actions.insert(cluster, panel)?.()
        },
        {
          label: trans.__('Copy code'),
          run: () => this._actions.copy(cluster)
        }
      ]
    };
  }

  private _ready({ name }: ICluster): string {
    return this._trans.__('%1 is ready', name);
  }

  private _isDisposed = false;
  /** By the id of a cluster that no notebook has, the id of its notice. */
  private _open = new Map<string, string>();
}
