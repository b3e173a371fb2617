import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { durationText } from '../format';
import { ICluster, IClusters } from '../tokens';
import { details, INoticeActions } from './actions';
import { deadlinesOf, IDeadline } from './deadlines';
import { INotice } from './show';

/** Milliseconds between checks for ends that are near. */
const CHECK_INTERVAL = 20_000;

/** Milliseconds by which a reported time may vary without being another one. */
const JITTER = 60_000;

/** Seconds for which a notice offers to keep jobs. */
const KEEP = 4 * 3600;

/** Why clusters end by themselves. */
const KINDS = ['limit', 'idle'] as const;

/**
 * Notifies the user, once each, when a cluster is about to end. The notice goes
 * when that is no longer so.
 */
export class Endings implements IDisposable {
  /**
   * @param _show - shows a notice, and returns its id
   */
  constructor(
    private _clusters: IClusters,
    private _actions: INoticeActions,
    private _show: (notice: INotice) => string,
    private _trans: TranslationBundle
  ) {
    this._clusters.changed.connect(this._onChanged, this);
    this._timer = window.setInterval(
      () => this._clusters.clusters.forEach(cluster => this._check(cluster)),
      CHECK_INTERVAL
    );
  }

  /** Whether this is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Show no more notices. */
  dispose(): void {
    this._isDisposed = true;
    window.clearInterval(this._timer);
    Signal.clearData(this);
  }

  private _onChanged(_: IClusters, change: IClusters.IChange): void {
    if (change.new) {
      this._check(change.new);
    } else if (change.old) {
      const { id } = change.old;
      KINDS.forEach(kind => this._dismiss(`${kind} ${id}`));
    }
  }

  /** Show notices about ends that are near, and dismiss those that are not. */
  private _check(cluster: ICluster): void {
    const deadlines = deadlinesOf(cluster, Date.now());
    for (const kind of KINDS) {
      const key = `${kind} ${cluster.id}`;
      const deadline = deadlines.find(each => each.kind === kind);
      const shown = this._shown.get(key);
      if (shown && deadline && Math.abs(shown.at - deadline.at) < JITTER) {
        continue;
      }
      this._dismiss(key);
      if (deadline) {
        const id = this._show(this._notice(cluster, deadline));
        this._shown.set(key, { at: deadline.at, id });
      }
    }
  }

  private _dismiss(key: string): void {
    const shown = this._shown.get(key);
    if (shown) {
      Notification.dismiss(shown.id);
      this._shown.delete(key);
    }
  }

  /** The notice about an end that is near. */
  private _notice(cluster: ICluster, { at, kind }: IDeadline): INotice {
    const trans = this._trans;
    const left = durationText(at - Date.now(), trans);
    const show = details(cluster, this._actions, trans);
    if (kind === 'limit') {
      const keep = {
        label: trans.__('Keep jobs for %1', durationText(KEEP * 1000, trans)),
        run: () => this._actions.keepJobs(cluster, KEEP)
      };
      return {
        message: trans.__(
          '%1 reaches the time limit of its jobs in %2',
          cluster.name,
          left
        ),
        type: 'warning',
        actions: cluster.renewal ? [keep, show] : [show]
      };
    }
    const extend = {
      label: trans.__('Extend'),
      run: () => this._actions.extend(cluster)
    };
    return {
      message: trans.__('%1 is idle, and shuts down in %2', cluster.name, left),
      type: 'warning',
      actions: [extend, show]
    };
  }

  private _isDisposed = false;
  /** The notices that are shown, and for which time. */
  private _shown = new Map<string, { at: number; id: string }>();
  private _timer: number;
}
