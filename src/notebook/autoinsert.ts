import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { insertOrOffer } from './insert';
import { IClusters, INotebooks } from '../tokens';
import { hasEnded } from '../format';

/**
 * Inserts the code of a launched cluster, once, when it can be used, in the
 * notebook that it was launched from.
 */
export class AutoInsert {
  /**
   * @param ownNode - where the focus may be taken from: a person who has gone
   *   on to type elsewhere is not interrupted
   */
  constructor(
    private _clusters: IClusters,
    private _notebooks: INotebooks | null,
    private _trans: TranslationBundle,
    private _ownNode: () => Node | null
  ) {
    this._clusters.changed.connect(this._onChanged, this);
  }

  /**
   * Insert the code of this cluster when the time comes.
   *
   * @param id - the cluster
   * @param panel - the notebook in front when Launch was pressed
   */
  expect(id: string, panel: NotebookPanel | null): void {
    this._waiting.set(id, panel);
    this._try(id);
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private _onChanged(_: IClusters, change: IClusters.IChange): void {
    if (change.type === 'removed') {
      this._waiting.delete(change.old!.id);
    } else if (change.new) {
      this._try(change.new.id);
    }
  }

  private _try(id: string): void {
    const cluster = this._clusters.get(id);
    if (!cluster || !this._waiting.has(id)) {
      return;
    }
    if (hasEnded(cluster)) {
      this._waiting.delete(id);
    } else if (cluster.code.connect !== null && cluster.state === 'running') {
      const panel = this._waiting.get(id)!;
      this._waiting.delete(id); // Before inserting: it must happen once.
      insertOrOffer(
        cluster,
        'connect',
        panel === null ? null : this._notebooks,
        this._trans,
        { panel, focus: this._mayFocus() }
      );
    }
  }

  private _mayFocus(): boolean {
    const active = document.activeElement;
    return (
      active === null ||
      active === document.body ||
      !!this._ownNode()?.contains(active)
    );
  }

  private _waiting = new Map<string, NotebookPanel | null>();
}
