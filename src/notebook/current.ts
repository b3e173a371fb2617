import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

/**
 * Calls back when another notebook becomes the current one, and when the kernel of
 * the current one changes.
 */
export class CurrentNotebook {
  constructor(
    private _tracker: INotebookTracker,
    private _onChanged: () => void
  ) {
    this._tracker.currentChanged.connect(this._watch, this);
    this._watch();
  }

  private _watch(): void {
    const panel = this._tracker.currentWidget;
    this._watched?.sessionContext.kernelChanged.disconnect(this._call, this);
    this._watched?.sessionContext.sessionChanged.disconnect(this._call, this);
    this._watched = panel;
    panel?.sessionContext.kernelChanged.connect(this._call, this);
    panel?.sessionContext.sessionChanged.connect(this._call, this);
    this._call();
  }

  private _call(): void {
    this._onChanged();
  }

  private _watched: NotebookPanel | null = null;
}
