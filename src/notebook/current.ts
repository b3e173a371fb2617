import { INotebookTracker } from '@jupyterlab/notebook';
import { IShell } from './options';
import { isConsole, Target } from './target';

/**
 * The notebook or console that the user works with: the console in front, else the
 * last notebook. Calls back when another notebook becomes the last one, when it is
 * another notebook or console than before, and when its kernel changes.
 */
export class CurrentNotebook {
  constructor(
    private _tracker: INotebookTracker,
    private _shell: Pick<IShell, 'currentChanged' | 'currentWidget'>,
    private _onChanged: () => void
  ) {
    this._tracker.currentChanged.connect(this._watch, this);
    this._shell.currentChanged?.connect(this._onFrontChanged, this);
    this._watch();
  }

  /** The notebook or console; null if there is none. */
  get target(): Target | null {
    const front = this._shell.currentWidget ?? null;
    return isConsole(front) ? front : this._tracker.currentWidget;
  }

  /** Most of what comes to the front is neither a notebook nor a console. */
  private _onFrontChanged(): void {
    if (this.target !== this._watched) {
      this._watch();
    }
  }

  private _watch(): void {
    this._watched?.sessionContext.kernelChanged.disconnect(this._call, this);
    this._watched?.sessionContext.sessionChanged.disconnect(this._call, this);
    this._watched = this.target;
    this._watched?.sessionContext.kernelChanged.connect(this._call, this);
    this._watched?.sessionContext.sessionChanged.connect(this._call, this);
    this._call();
  }

  private _call(): void {
    this._onChanged();
  }

  private _watched: Target | null = null;
}
