import { isConsole, Target } from './target';

const KEY = 'jupyter-cluster-launcher:launched';

/**
 * Remembers for a reload of the page which clusters were launched here, and in which
 * notebook their code is to be inserted. Other tabs of the browser do not see it.
 */
export class ExpectedLaunches {
  constructor(private _storage: () => Storage = () => window.sessionStorage) {}

  /** By the id of a cluster, the path of its notebook; null if there is none. */
  read(): Map<string, string | null> {
    try {
      const known: unknown = JSON.parse(this._storage().getItem(KEY) ?? '{}');
      const entries = Object.entries(known as Record<string, unknown>);
      return new Map(
        entries.map(([id, path]) => [
          id,
          typeof path === 'string' ? path : null
        ])
      );
    } catch {
      return new Map(); // Another program wrote it, or the browser stores nothing.
    }
  }

  /** Remember a cluster. */
  add(id: string, target: Target | null): void {
    const path = target && !isConsole(target) ? target.context.path : null;
    this._write(this.read().set(id, path));
  }

  /** Forget a cluster. */
  remove(id: string): void {
    const known = this.read();
    if (known.delete(id)) {
      this._write(known);
    }
  }

  private _write(known: Map<string, string | null>): void {
    try {
      this._storage().setItem(KEY, JSON.stringify(Object.fromEntries(known)));
    } catch {
      // The browser stores nothing: the code is not inserted after a reload.
    }
  }
}
