import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { hasEnded } from '../format';
import { IClusters, INotebooks } from '../tokens';
import { insertOrNotify } from './insert';
import { Target } from './target';

/**
 * Inserts the code of a launched cluster, once, as soon as it can be used, in
 * the notebook that it was launched from.
 */
export class AutoInsert implements IDisposable {
  /**
   * @param _mayFocus - whether the focus may move to the inserted cell: not while
   *   the user types elsewhere
   * @param _told - called with the id of a cluster whose code could not be
   *   inserted: the user was notified that it can be used
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks,
    private _trans: TranslationBundle,
    private _mayFocus: () => boolean,
    private _told: (id: string) => void
  ) {
    this._clusters.changed.connect(this._onChanged, this);
  }

  /** Whether this is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * Insert the code of a cluster as soon as it can be used.
   *
   * @param id - the id of the cluster
   * @param panel - the notebook or console that it was launched from
   */
  expect(id: string, panel: Target): void {
    this._expected.set(id, panel);
    this._insert(id);
  }

  /** Insert nothing more. */
  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _onChanged(_: IClusters, change: IClusters.IChange): void {
    if (change.type === 'removed') {
      this._expected.delete(change.old!.id);
    } else if (change.new) {
      this._insert(change.new.id);
    }
  }

  private _insert(id: string): void {
    const cluster = this._clusters.get(id);
    if (!cluster || !this._expected.has(id)) {
      return;
    }
    if (hasEnded(cluster)) {
      this._expected.delete(id);
    } else if (cluster.code.connect !== null && cluster.state === 'running') {
      const panel = this._expected.get(id)!;
      this._expected.delete(id); // Before the insertion, which must happen once.
      const options = { panel, focus: this._mayFocus() };
      if (
        !insertOrNotify(
          cluster,
          'connect',
          this._notebooks,
          this._trans,
          options
        )
      ) {
        this._told(id);
      }
    }
  }

  /** By the id of a cluster, the notebook that it was launched from. */
  private _expected = new Map<string, Target>();
  private _isDisposed = false;
}
