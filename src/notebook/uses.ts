import {
  INotebookTracker,
  Notebook,
  NotebookPanel
} from '@jupyterlab/notebook';
import { ISignal, Signal } from '@lumino/signaling';
import { isAlive } from '../format';
import { ICluster, INotebooks } from '../tokens';
import { claim } from './cell';
import { clusterOf, connectingSource } from './connecting';
import { CELL_METADATA, IMark } from './mark';
import { nameOf } from './target';
import { connectCall } from './template';

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

  /**
   * The names of the open notebooks with code that connects to a cluster: inserted
   * for it, or by its name.
   */
  names(cluster: ICluster): string[] {
    const call = isAlive(cluster) ? connectCall(cluster.name) : null;
    const panels = this._tracker.filter(panel => {
      const user = this._userOf(panel);
      return (
        clusterOf(panel, user) === cluster.id ||
        (call !== null && connectingSource(panel, user).includes(call))
      );
    });
    // A notebook may have several views.
    const views = new Map(panels.map(panel => [panel.context, panel]));
    return [...views.values()].map(nameOf);
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
      this._claim(panel, cell.model.id);
      this.emit({ id: mark.cluster_id, panel });
    }
  }

  /**
   * Give a cell of nobody to the user who runs it, unless the user has another one.
   * It is from before the notebook was shared.
   */
  private _claim(panel: NotebookPanel, id: string): void {
    const user = this._userOf(panel);
    const isReadOnly = panel.content.model?.readOnly;
    if (user !== null && !isReadOnly && clusterOf(panel, user) === null) {
      claim(panel, id, user);
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
