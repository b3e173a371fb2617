import { JSONExt, ReadonlyJSONValue } from '@lumino/coreutils';
import { ICluster, IClusters } from '../tokens';

/**
 * What is known of the clusters, and how fresh it is.
 *
 * Answers may come in another order than they were asked for. Each carries the
 * serial number of its request, and never replaces what a later request brought.
 */
export class Ledger {
  /** The clusters, newest first. */
  get clusters(): ReadonlyArray<ICluster> {
    // Sorted when somebody looks, not for each cluster of a whole list.
    this._sorted ??= [...this._entries.values()]
      .map(({ cluster }) => cluster)
      .sort((a, b) => (a.created < b.created ? 1 : -1));
    return this._sorted;
  }

  get(id: string): ICluster | undefined {
    return this._entries.get(id)?.cluster;
  }

  /**
   * The number of a request that is about to be sent.
   */
  next(): number {
    return ++this._serial;
  }

  /**
   * Take in a report.
   *
   * @returns the change, or null where there is none. An unchanged cluster keeps
   *   its identity, so that nothing is drawn again.
   */
  put(cluster: ICluster, serial: number): IClusters.IChange | null {
    const entry = this._entries.get(cluster.id);
    const newest = entry?.serial ?? this._removed.get(cluster.id) ?? 0;
    if (serial < newest) {
      return null;
    }
    const old = entry?.cluster;
    if (old !== undefined && equal(old, cluster)) {
      this._entries.set(cluster.id, { cluster: old, serial });
      return null;
    }
    this._entries.set(cluster.id, { cluster, serial });
    this._sorted = null;
    return { type: old ? 'changed' : 'added', old, new: cluster };
  }

  /**
   * Take a cluster out; a late answer cannot bring it back.
   *
   * @returns the change, or null where the cluster was not known
   */
  remove(id: string, serial: number): IClusters.IChange | null {
    const entry = this._entries.get(id);
    if (entry && entry.serial > serial) {
      return null;
    }
    this._removed.set(id, serial);
    if (!entry) {
      return null;
    }
    this._entries.delete(id);
    this._sorted = null;
    return { type: 'removed', old: entry.cluster };
  }

  /**
   * Take in a whole list.
   *
   * @returns all changes
   */
  replace(list: ReadonlyArray<ICluster>, serial: number): IClusters.IChange[] {
    const listed = new Set(list.map(({ id }) => id));
    const gone = [...this._entries.keys()].filter(id => !listed.has(id));
    return [
      ...gone.map(id => this.remove(id, serial)),
      ...list.map(cluster => this.put(cluster, serial))
    ].filter((change): change is IClusters.IChange => change !== null);
  }

  private _entries = new Map<string, { cluster: ICluster; serial: number }>();
  private _removed = new Map<string, number>();
  private _serial = 0;
  private _sorted: ReadonlyArray<ICluster> | null = null;
}

function equal(a: ICluster, b: ICluster): boolean {
  return JSONExt.deepEqual(
    a as unknown as ReadonlyJSONValue,
    b as unknown as ReadonlyJSONValue
  );
}
