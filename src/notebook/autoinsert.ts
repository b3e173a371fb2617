import { Notification } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { hasEnded } from '../format';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { ExpectedLaunches } from './expected';
import { copyCode, insertOrNotify } from './insert';
import { Target } from './target';

/**
 * Inserts the code of a launched cluster, once, as soon as it can be used, in
 * the notebook that it was launched from, also if the page is reloaded meanwhile.
 */
export class AutoInsert implements IDisposable {
  /**
   * @param _mayFocus - whether the focus may move to the inserted cell: not while
   *   the user types elsewhere
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks | null,
    private _trans: TranslationBundle,
    private _mayFocus: () => boolean,
    private _launches = new ExpectedLaunches()
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
   * @param panel - the notebook or console that it was launched from; null if there
   *   was none
   */
  expect(id: string, panel: Target | null): void {
    this._expected.set(id, panel);
    this._launches.add(id, panel);
    this._insert(id);
  }

  /**
   * Go on with the launches of this page before it was reloaded. The notebooks and
   * the clusters must be known by now.
   */
  resume(): void {
    for (const [id, path] of this._launches.read()) {
      if (this._clusters.status === 'ready' && !this._clusters.get(id)) {
        this._launches.remove(id);
      } else if (!this._expected.has(id)) {
        this._expected.set(id, path);
        this._insert(id);
      }
    }
  }

  /** Insert nothing more. */
  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _onChanged(_: IClusters, change: IClusters.IChange): void {
    if (change.type === 'removed') {
      this._forget(change.old!.id);
    } else if (change.new) {
      this._insert(change.new.id);
    }
  }

  private _insert(id: string): void {
    const cluster = this._clusters.get(id);
    const target = this._expected.get(id);
    if (!cluster || target === undefined) {
      return;
    }
    if (hasEnded(cluster)) {
      this._forget(id);
    } else if (cluster.code.connect !== null && cluster.state === 'running') {
      this._forget(id); // Before the insertion, which must happen once.
      if (typeof target === 'string') {
        this._insertAfterReload(cluster, target);
      } else {
        this._insertIn(cluster, target);
      }
    }
  }

  private _insertIn(cluster: ICluster, panel: Target | null): void {
    insertOrNotify(
      cluster,
      'connect',
      panel === null ? null : this._notebooks,
      this._trans,
      { panel, focus: this._mayFocus() }
    );
  }

  /** Insert code in the notebook with a path, if it was opened again. */
  private _insertAfterReload(cluster: ICluster, path: string): void {
    const isMeant = (panel: NotebookPanel): boolean =>
      panel.context.path === path;
    const [notebooks, trans] = [this._notebooks, this._trans];
    const panel = notebooks?.panels.find(isMeant);
    if (notebooks && panel) {
      void notebooks.prepare(panel).then(() => this._insertIn(cluster, panel));
      return;
    }
    Notification.info(
      trans.__(
        '%1 is ready. The notebook that you launched it from is not open.',
        cluster.name
      ),
      {
        autoClose: false,
        actions: [
          {
            label: trans.__('Insert code'),
            callback: () => insertOrNotify(cluster, 'connect', notebooks, trans)
          },
          {
            label: trans.__('Copy code'),
            callback: () => copyCode(cluster, 'connect', notebooks, trans)
          }
        ]
      }
    );
  }

  private _forget(id: string): void {
    this._expected.delete(id);
    this._launches.remove(id);
  }

  /**
   * By the id of a cluster, the notebook that it was launched from: after a reload
   * the path of it.
   */
  private _expected = new Map<string, Target | string | null>();
  private _isDisposed = false;
}
