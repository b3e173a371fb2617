import { IDisposable } from '@lumino/disposable';

/** Milliseconds for which a row is waited for. */
const PATIENCE = 3000;

/**
 * Waits for something that is not drawn yet, and calls back once it is. Gives up when
 * the user moves the focus elsewhere, and after 3 s.
 */
export class Arrival<T> implements IDisposable {
  /**
   * @param node - what it will be drawn in
   * @param _find - finds it; null while it is not there
   * @param _onFound - called with it
   */
  constructor(
    node: Node,
    private _find: () => T | null,
    private _onFound: (found: T) => void
  ) {
    this._focused = document.activeElement;
    this._observer.observe(node, { childList: true, subtree: true });
    this._timer = setTimeout(() => this.dispose(), PATIENCE);
  }

  /** Whether it waits no more. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Wait no more. */
  dispose(): void {
    this._isDisposed = true;
    this._observer.disconnect();
    clearTimeout(this._timer);
  }

  private _onDrawn = (): void => {
    const active = document.activeElement;
    // What had the focus may have gone meanwhile.
    if (active !== this._focused && active !== document.body) {
      this.dispose();
      return;
    }
    const found = this._find();
    if (found !== null) {
      this.dispose();
      this._onFound(found);
    }
  };

  private _focused: Element | null;
  private _isDisposed = false;
  private _observer = new MutationObserver(this._onDrawn);
  private _timer: ReturnType<typeof setTimeout>;
}
