import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { againText } from '../again';
import { hasEnded, isAlive } from '../format';
import { Reloaded } from '../notebook/reloaded';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { details, INoticeActions } from './actions';
import { Endings } from './endings';
import { Offers } from './offers';
import { INotice } from './show';
import { Standing } from './standing';

/** Milliseconds of a wait after which the user may look elsewhere. */
const LONG = 10_000;

/**
 * Notifies the user, once each, when a cluster is ready after a wait, has failed,
 * or is about to end.
 */
export class Notices implements IDisposable {
  /**
   * @param _show - shows a notice, and returns its id
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks | null,
    private _actions: INoticeActions,
    private _show: (notice: INotice) => string,
    private _trans: TranslationBundle
  ) {
    this._clusters.changed.connect(this._onChanged, this);
    this._clusters.clusters.forEach(cluster => this._note(cluster));
    const parts = [this._actions, this._show, this._trans] as const;
    this._endings = new Endings(this._clusters, ...parts);
    this._standing = new Standing(this._clusters, this._notebooks);
    this._offers = new Offers(
      this._clusters,
      this._notebooks,
      this._standing,
      ...parts
    );
  }

  /** Whether this is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * Note that a cluster was launched without a notebook: the user is notified when
   * it is ready, however short the wait is, and also if it has been since.
   */
  expect(id: string): void {
    this._withoutNotebook.set(id);
    const cluster = this._clusters.get(id);
    if (cluster && isAlive(cluster)) {
      this._noted.add(id);
      this._waiting.set(id, this._waiting.get(id) ?? Date.now());
      this._notifyIfReady(cluster);
    }
  }

  /** Note that the user knows that a cluster is ready. */
  forget(id: string): void {
    this._waiting.delete(id);
    this._withoutNotebook.delete(id);
  }

  /** Show no more notices. */
  dispose(): void {
    this._isDisposed = true;
    this._endings.dispose();
    this._offers.dispose();
    this._standing.dispose();
    Signal.clearData(this);
  }

  private _onChanged(_: IClusters, change: IClusters.IChange): void {
    const { old } = change;
    const cluster = change.new;
    const wasAlive = !!old && (isAlive(old) || this._stopping.has(old.id));
    if (old) {
      this._stopping.delete(old.id);
    }
    if (!cluster) {
      if (old) {
        this.forget(old.id);
      }
      return;
    }
    if (hasEnded(cluster)) {
      this.forget(cluster.id);
      if (cluster.state !== 'closed' && wasAlive) {
        this._notifyFailed(cluster);
      }
    } else {
      if (wasAlive && cluster.state === 'closing') {
        this._stopping.add(cluster.id);
      }
      this._note(cluster);
      // After the code was inserted, which happens with the same change.
      queueMicrotask(() => this._notifyIfReady(cluster));
    }
  }

  /** Note since when a cluster is waited for. */
  private _note(cluster: ICluster): void {
    const { id } = cluster;
    if (isAlive(cluster) && !this._noted.has(id)) {
      this._noted.add(id);
      if (!isReady(cluster) || this._withoutNotebook.has(id)) {
        this._waiting.set(id, Date.now());
      }
    }
  }

  private _notifyIfReady(cluster: ICluster): void {
    const { id, name } = cluster;
    const since = this._waiting.get(id);
    if (since === undefined || this._isDisposed || !isReady(cluster)) {
      return;
    }
    const isWithout = this._withoutNotebook.has(id);
    this.forget(id);
    if (!isWithout && Date.now() - since < LONG) {
      return;
    }
    if (isWithout) {
      this._offers.add(cluster);
      return;
    }
    const trans = this._trans;
    const insert = this._actions.insert(cluster);
    const users = this._notebooks?.users(cluster).join(', ');
    const shown = this._show({
      message: users
        ? trans.__('%1 is ready. Its code is in %2.', name, users)
        : trans.__('%1 is ready', name),
      type: 'success',
      actions: insert
        ? [{ label: trans.__('Insert code'), run: insert }]
        : [details(cluster, this._actions, trans)]
    });
    this._standing.add(
      id,
      shown,
      now => !!now && isAlive(now) && !(insert && this._isUsed(now))
    );
  }

  private _notifyFailed(cluster: ICluster): void {
    const trans = this._trans;
    const { again, id, message, name, state } = cluster;
    const shown = this._show({
      message:
        state === 'lost'
          ? trans.__('%1 cannot be reached. %2', name, message)
          : trans.__('%1 failed. %2', name, message),
      type: 'error',
      actions: [
        {
          label: trans.__('Show logs'),
          run: () => this._actions.showLogs(cluster)
        },
        ...(again
          ? [
              {
                label: againText(cluster, trans),
                run: () => this._actions.launchAgain(cluster)
              }
            ]
          : [])
      ]
    });
    // It may be reached again, and is listed no more once it was launched again.
    this._standing.add(id, shown, now => !!now && hasEnded(now));
  }

  /** Whether a notebook has the code of a cluster. */
  private _isUsed(cluster: ICluster): boolean {
    return !!this._notebooks?.users(cluster).length;
  }

  private _endings: Endings;
  private _isDisposed = false;
  private _offers: Offers;
  private _standing: Standing;
  /** The clusters that were alive when they were first seen. */
  /** The clusters that ran, and are being stopped. */
  private _stopping = new Set<string>();
  private _noted = new Set<string>();
  /** By id, since when a cluster is waited for. */
  private _waiting = new Map<string, number>();
  /** The clusters that were launched without a notebook. */
  private _withoutNotebook = new Reloaded('without-notebook');
}

/** Whether a cluster can compute something. */
function isReady({ adapt, code, state, workers }: ICluster): boolean {
  return (
    state === 'running' &&
    code.connect !== null &&
    (workers.ready > 0 || workers.requested === 0 || adapt !== null)
  );
}
