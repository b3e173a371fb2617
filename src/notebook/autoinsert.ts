import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { hasEnded } from '../format';
import { IClusters, INotebooks } from '../tokens';
import { insertOrNotify } from './insert';
import { Reloaded } from './reloaded';
import { isConsole, Target } from './target';

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
    this._notebooks.changed.connect(this._onNotebooks, this);
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
    if (panel && !isConsole(panel)) {
      this._reloaded.set(id, panel.context.path);
    }
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
      this._reloaded.delete(change.old!.id);
    } else if (change.new) {
      this._insert(change.new.id);
    }
  }

  /** Insert what a notebook waits for that is opened again after a reload. */
  private _onNotebooks(): void {
    for (const { id } of this._clusters.clusters) {
      this._insert(id);
    }
  }

  /** Find the notebook that a cluster was launched from before a reload. */
  private _find(id: string): void {
    const path = this._reloaded.get(id);
    const panel = this._notebooks.panels.find(
      ({ context }) => context.path === path
    );
    if (path === undefined || this._expected.has(id) || !panel) {
      return;
    }
    if (panel.context.isReady) {
      this._expected.set(id, panel);
    } else {
      void panel.context.ready.then(() => this._insert(id));
    }
  }

  private _insert(id: string): void {
    this._find(id);
    const cluster = this._clusters.get(id);
    if (this._isDisposed || !cluster || !this._expected.has(id)) {
      return;
    }
    if (hasEnded(cluster)) {
      this._expected.delete(id);
      this._reloaded.delete(id);
    } else if (cluster.code.connect !== null && cluster.state === 'running') {
      const panel = this._expected.get(id)!;
      this._reloaded.delete(id);
      this._expected.delete(id); // Before the insertion, which must happen once.
      const prepared = this._notebooks.prepare(panel);
      if (prepared) {
        void prepared.then(() => this._put(id, panel));
      } else {
        this._put(id, panel);
      }
    }
  }

  private _put(id: string, panel: Target): void {
    const cluster = this._clusters.get(id);
    if (this._isDisposed || !cluster || hasEnded(cluster)) {
      return;
    }
    const options = { panel, focus: this._mayFocus() };
    const { _notebooks, _trans } = this;
    if (!insertOrNotify(cluster, 'connect', _notebooks, _trans, options)) {
      this._told(id);
    }
  }

  /** By the id of a cluster, the notebook that it was launched from. */
  private _expected = new Map<string, Target>();
  private _isDisposed = false;
  private _reloaded = new Reloaded('expected');
}
