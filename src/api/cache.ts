import { JSONExt, ReadonlyJSONValue } from '@lumino/coreutils';
import { IClusters } from '../tokens';
import { ICluster } from './types';

/**
 * The reported clusters, each with the request that it came from.
 *
 * Responses may arrive in another order than their requests were sent. Each
 * carries the serial number of its request and never replaces a later report.
 */
export class ClusterCache {
  /** The clusters, newest first. */
  get clusters(): ReadonlyArray<ICluster> {
    // Sorted on access, not once for each cluster of a list.
    this._sorted ??= [...this._entries.values()]
      .map(({ cluster }) => cluster)
      .sort((a, b) => (a.created < b.created ? 1 : -1));
    return this._sorted;
  }

  /** The cluster with an id, if it is known. */
  get(id: string): ICluster | undefined {
    return this._entries.get(id)?.cluster;
  }

  /** The serial number for a request that is about to be sent. */
  next(): number {
    return ++this._serial;
  }

  /**
   * Add or update a cluster.
   *
   * @param serial - the serial number of the request
   * @returns the change; null if there is none. An unchanged cluster keeps its
   *   identity, so that it is not rendered again.
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
   * Remove a cluster; a late response cannot add it again.
   *
   * @param serial - the serial number of the request
   * @returns the change; null if the cluster is not known
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
   * Replace all clusters by those of a list.
   *
   * @param serial - the serial number of the request
   * @returns all changes
   */
  replace(list: ReadonlyArray<ICluster>, serial: number): IClusters.IChange[] {
    const listed = new Set(list.map(({ id }) => id));
    const missing = [...this._entries.keys()].filter(id => !listed.has(id));
    return [
      ...missing.map(id => this.remove(id, serial)),
      ...list.map(cluster => this.put(cluster, serial))
    ].filter((change): change is IClusters.IChange => change !== null);
  }

  private _entries = new Map<string, { cluster: ICluster; serial: number }>();
  /** By id, the serial number of the request after which it was removed. */
  private _removed = new Map<string, number>();
  private _serial = 0;
  private _sorted: ReadonlyArray<ICluster> | null = null;
}

/** Whether two reports are the same. */
function equal(a: ICluster, b: ICluster): boolean {
  return JSONExt.deepEqual(
    a as unknown as ReadonlyJSONValue,
    b as unknown as ReadonlyJSONValue
  );
}
