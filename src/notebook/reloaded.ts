/**
 * What waits for a cluster, by its id: the path of a notebook, or nothing more than
 * the user. It is known after a reload of the page, and not in other tabs.
 */
export class Reloaded {
  /**
   * @param what - what waits, for the key in the storage of this tab of the
   *   browser, which a reload keeps
   */
  constructor(what: string) {
    this._key = `jupyter-cluster-launcher:${what}`;
    try {
      const stored = JSON.parse(sessionStorage.getItem(this._key) ?? '{}');
      this._paths = new Map(Object.entries(stored));
    } catch {
      // There is no storage in this browser, or something else is in it.
    }
  }

  /** The clusters that something waits for. */
  get ids(): string[] {
    return [...this._paths.keys()];
  }

  /** Whether anything waits for a cluster. */
  has(id: string): boolean {
    return this._paths.has(id);
  }

  /** The notebook that waits for the code of a cluster. */
  get(id: string): string | undefined {
    return this._paths.get(id);
  }

  /** Remember what waits for a cluster: the path of a notebook, or nothing more. */
  set(id: string, path = ''): void {
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
        this._key,
        JSON.stringify(Object.fromEntries(this._paths))
      );
    } catch {
      // Without a storage, it is forgotten by a reload.
    }
  }

  private _key: string;
  private _paths = new Map<string, string>();
}
