import {
  INotebookTracker,
  Notebook,
  NotebookPanel
} from '@jupyterlab/notebook';
import { ISignal, Signal } from '@lumino/signaling';
import { INotebooks } from '../tokens';
import { CELL_METADATA, clusterOf, IMark } from './cell';
import { nameOf } from './target';

/** A cell that is about to run. */
export interface IExecution {
  /** The notebook. */
  notebook: Notebook;
  /** The cell. */
  cell: Notebook['widgets'][number];
}

/**
 * Which open notebooks use which clusters, by the cells that connect to them.
 */
export class Uses {
  /**
   * @param _tracker - the open notebooks
   * @param _userOf - the user of a notebook that several share; null for any other
   * @param scheduled - emitted before a cell is sent to its kernel
   */
  constructor(
    private _tracker: INotebookTracker,
    private _userOf: (panel: NotebookPanel) => string | null,
    scheduled?: ISignal<unknown, IExecution>
  ) {
    this._tracker.widgetAdded?.connect(this._onAdded, this);
    scheduled?.connect(this._onScheduled, this);
  }

  /** Emitted after code that connects was inserted, and before it runs. */
  get used(): ISignal<this, INotebooks.IUse> {
    return this._used;
  }

  /** Emitted when open notebooks may use other clusters than before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The names of the open notebooks with code that connects to a cluster. */
  names(id: string): string[] {
    return this._tracker
      .filter(panel => clusterOf(panel, this._userOf(panel)) === id)
      .map(nameOf);
  }

  /** Emit that a notebook uses a cluster. */
  emit(use: INotebooks.IUse): void {
    this._used.emit(use);
    this.update();
  }

  /** Emit that notebooks may use other clusters. */
  update(): void {
    this._changed.emit();
  }

  private _onScheduled(_: unknown, { notebook, cell }: IExecution): void {
    const mark = cell.model.getMetadata(CELL_METADATA) as IMark | undefined;
    const panel = this._tracker.find(({ content }) => content === notebook);
    if (panel && mark?.cluster_id && !mark.creates) {
      this.emit({ id: mark.cluster_id, panel });
    }
  }

  private _onAdded(_: unknown, panel: NotebookPanel): void {
    void panel.context.ready.then(() => {
      if (!panel.isDisposed) {
        this.update();
      }
    });
  }

  private _changed = new Signal<this, void>(this);
  private _used = new Signal<this, INotebooks.IUse>(this);
}
