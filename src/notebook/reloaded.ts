/** The key in the storage of a tab of the browser, which a reload keeps. */
const KEY = 'jupyter-cluster-launcher:expected';

/**
 * The paths of the notebooks that wait for the code of a cluster, by its id. They
 * are known after a reload of the page, and not in other tabs.
 */
export class Reloaded {
  constructor() {
    try {
      const stored = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
      this._paths = new Map(Object.entries(stored));
    } catch {
      // There is no storage in this browser, or something else is in it.
    }
  }

  /** The notebook that waits for the code of a cluster. */
  get(id: string): string | undefined {
    return this._paths.get(id);
  }

  /** Remember the notebook that waits for the code of a cluster. */
  set(id: string, path: string): void {
    this._paths.set(id, path);
    this._store();
  }

  /** Forget it. */
  delete(id: string): void {
    if (this._paths.delete(id)) {
      this._store();
    }
  }

  private _store(): void {
    try {
      sessionStorage.setItem(
        KEY,
        JSON.stringify(Object.fromEntries(this._paths))
      );
    } catch {
      // Without a storage, it is forgotten by a reload.
    }
  }

  private _paths = new Map<string, string>();
}
