import { NotebookPanel } from '@jupyterlab/notebook';
import { claim } from './cell';

/**
 * Whose the cells with inserted code are, in notebooks that several share.
 */
export class Claims {
  /**
   * @param _user - returns the name of the user; null while it is not known
   */
  constructor(private _user: () => string | null) {}

  /** The user of a notebook that several share; null for any other. */
  userOf(panel: NotebookPanel): string | null {
    return panel.content.model?.collaborative ? this._user() : null;
  }

  /** Give a cell of nobody in a shared notebook to the user, as soon as one is known. */
  add(panel: NotebookPanel, id: string): void {
    if (panel.content.model?.collaborative) {
      this._unclaimed.push({ panel, id });
      this.update();
    }
  }

  /** Note that it may be known who the user is. */
  update(): void {
    const user = this._user();
    if (user !== null) {
      for (const { panel, id } of this._unclaimed.splice(0)) {
        if (!panel.isDisposed) {
          claim(panel, id, user);
        }
      }
    }
  }

  /** The cells that get the user. */
  private _unclaimed: { panel: NotebookPanel; id: string }[] = [];
}
