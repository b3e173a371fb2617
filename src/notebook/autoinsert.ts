import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { hasEnded, isAlive } from '../format';
import { IClusters, INotebooks } from '../tokens';
import { insertOrNotify } from './insert';
import { Reloaded } from './reloaded';
import { isConsole, isOpening, Target } from './target';

/** What inserting needs to know, and whom it tells. */
export interface IAutoInsertOptions {
  /** Whether the focus may move to the cell: not while the user types elsewhere. */
  mayFocus: () => boolean;
  /** Resolves when all that was open before a reload is open again. */
  opened: Promise<unknown>;
  /**
   * Called with the id of a cluster whose code could not be inserted: the user was
   * notified that it can be used.
   */
  told: (id: string) => void;
  /**
   * Called with the id of a cluster that was launched before a reload from what
   * cannot be found again: its code will not be inserted.
   */
  unplaced: (id: string) => void;
}

/**
 * Inserts the code of a launched cluster, once, as soon as it can be used, in
 * the notebook that it was launched from.
 */
export class AutoInsert implements IDisposable {
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks,
    private _trans: TranslationBundle,
    private _options: IAutoInsertOptions
  ) {
    this._clusters.changed.connect(this._onChanged, this);
    this._notebooks.changed.connect(this._onNotebooks, this);
    const before = this._reloaded.ids;
    // Without a path it was a console, which is another one after a reload.
    before.filter(id => !this._reloaded.get(id)).forEach(this._giveUp);
    void this._options.opened.then(() =>
      before.filter(id => !this._panelOf(id)).forEach(this._giveUp)
    );
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
    this._reloaded.set(id, isConsole(panel) ? '' : panel.context.path);
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

  /** The open notebook that a cluster was launched from before a reload. */
  private _panelOf(id: string): NotebookPanel | undefined {
    const path = this._reloaded.get(id);
    return this._notebooks.panels.find(({ context }) => context.path === path);
  }

  /** Insert nothing for a cluster of before a reload, unless that has happened. */
  private _giveUp = (id: string): void => {
    const isWaiting = this._reloaded.has(id) && !this._expected.has(id);
    if (isWaiting && !this._isDisposed) {
      this._reloaded.delete(id);
      this._options.unplaced(id);
    }
  };

  /** Find the notebook that a cluster was launched from before a reload. */
  private _find(id: string): void {
    const panel = this._panelOf(id);
    if (panel && !this._expected.has(id)) {
      this._expected.set(id, panel);
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
      if (!isConsole(panel) && isOpening(panel)) {
        void panel.context.ready.then(() => this._insert(id));
        return;
      }
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
    if (this._isDisposed || !cluster || !isAlive(cluster)) {
      return;
    }
    const options = { panel, focus: this._options.mayFocus() };
    const { _notebooks, _trans } = this;
    if (!insertOrNotify(cluster, 'connect', _notebooks, _trans, options)) {
      this._options.told(id);
    }
  }

  /** By the id of a cluster, the notebook that it was launched from. */
  private _expected = new Map<string, Target>();
  private _isDisposed = false;
  private _reloaded = new Reloaded('expected');
}
