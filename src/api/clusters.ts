import { Event, ServerConnection } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { IPoll, Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';
import { IClusters } from '../tokens';
import { loadTranslation } from '../translation';
import { ClusterCache } from './cache';
import { Client, clusterPath } from './client';
import { RequestError } from './request';
import { Change, ICluster, ILaunch } from './types';

/** The schema of the events that the server emits when a cluster changes. */
export const EVENT_SCHEMA =
  'https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1';

/** Milliseconds between polls of the list, in case an event was missed. */
const POLL_INTERVAL = 30_000;

/**
 * Milliseconds between polls while the server is not responding, so that the list
 * is right soon after a restart of the server.
 */
const RETRY_INTERVAL = 5_000;

/**
 * The clusters of this server.
 *
 * The server emits an event with the id of each cluster that changed, and that
 * cluster is fetched. The whole list is fetched when events may have been missed,
 * as after a restart of the server, and every 30 s while the page is visible.
 */
export class Clusters extends Client implements IClusters {
  constructor(options: Clusters.IOptions) {
    super(
      options.serverSettings ?? ServerConnection.makeSettings(),
      loadTranslation(options.translator)
    );
    options.stream?.connect(this._onEvent, this);
    options.interrupted?.connect(() => void this.refresh(), this);
    this._poll = new Poll({
      auto: true,
      factory: () => this._fetchList(),
      frequency: frequency(POLL_INTERVAL),
      name: 'jupyter-cluster-launcher:clusters',
      standby: 'when-hidden'
    });
  }

  /** Emitted after a cluster or the status changed. */
  get changed(): ISignal<this, IClusters.IChange> {
    return this._changed;
  }

  /** The clusters, newest first. Unchanged clusters keep their identity. */
  get clusters(): ReadonlyArray<ICluster> {
    return this._cache.clusters;
  }

  /** Whether the model is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Why the list cannot be fetched, for the user; null if it can. */
  get error(): string | null {
    return this._error;
  }

  /** Resolves after the first response, whatever it was. */
  get ready(): Promise<void> {
    return this._ready.promise;
  }

  /** Whether the list of clusters could be fetched. */
  get status(): IClusters.Status {
    return this._status;
  }

  /** Stop polling and disconnect from the events. */
  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._poll.dispose();
    Signal.clearData(this);
  }

  /** The cluster with an id, if it is known. */
  get(id: string): ICluster | undefined {
    return this._cache.get(id);
  }

  /** Fetch the list now. Never rejects: see `status`. */
  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick.catch(() => {
      // The status has the error.
    });
  }

  /** Launch a cluster, or join a discovered one. */
  async launch(launch: ILaunch): Promise<ICluster> {
    const serial = this._cache.next();
    const cluster = await this.request<ICluster>('clusters', 'POST', launch);
    this._emit(this._cache.put(cluster, serial));
    return cluster;
  }

  /** Change one property of a cluster. */
  async change(id: string, change: Change): Promise<ICluster> {
    const serial = this._cache.next();
    const cluster = await this.request<ICluster>(
      clusterPath(id),
      'PATCH',
      change
    );
    this._emit(this._cache.put(cluster, serial));
    return cluster;
  }

  /**
   * Stop a running cluster, or dismiss one that has ended.
   *
   * @param options.leave - whether to leave a joined cluster without stopping it
   */
  async stop(id: string, options?: { leave?: boolean }): Promise<void> {
    await this.request<void>(
      clusterPath(id) + (options ? `?leave=${!!options.leave}` : ''),
      'DELETE'
    );
    await this._fetchCluster(id);
  }

  /** Restart a worker; resolves when it is back. */
  restartWorker(id: string, worker: string): Promise<void> {
    return this.request<void>(`${clusterPath(id)}/restart`, 'POST', { worker });
  }

  private async _fetchList(): Promise<void> {
    const serial = this._cache.next();
    try {
      const list = await this.request<ICluster[]>(
        'clusters?no_track_activity=1'
      );
      if (this._isDisposed) {
        return;
      }
      this._cache.replace(list, serial).forEach(change => this._emit(change));
      this._setStatus('ready', null);
    } catch (error) {
      if (this._isDisposed) {
        return;
      }
      const { message, status } = error as RequestError;
      this._setStatus(status === 404 ? 'missing' : 'unreachable', message);
      throw error;
    } finally {
      this._ready.resolve();
    }
  }

  /**
   * Fetch one cluster. During a fetch of this cluster, fetch it once more after.
   */
  private async _fetchCluster(id: string): Promise<void> {
    const isFetching = this._fetching.has(id);
    this._fetching.set(id, isFetching);
    if (isFetching) {
      return;
    }
    const serial = this._cache.next();
    try {
      const cluster = await this.request<ICluster>(
        `${clusterPath(id)}?no_track_activity=1`
      );
      this._emit(this._cache.put(cluster, serial));
    } catch (error) {
      if ((error as RequestError).status === 404) {
        this._emit(this._cache.remove(id, serial));
      }
      // The next poll reports other errors, once and not for each cluster.
    } finally {
      const again = this._fetching.get(id);
      this._fetching.delete(id);
      if (again && !this._isDisposed) {
        void this._fetchCluster(id);
      }
    }
  }

  private _onEvent(_: unknown, event: Event.Emission): void {
    if (
      event.schema_id !== EVENT_SCHEMA ||
      typeof event.cluster_id !== 'string'
    ) {
      return;
    }
    if (event.action === 'removed') {
      this._emit(this._cache.remove(event.cluster_id, this._cache.next()));
    } else {
      void this._fetchCluster(event.cluster_id);
    }
  }

  private _emit(change: IClusters.IChange | null): void {
    if (change !== null && !this._isDisposed) {
      this._changed.emit(change);
    }
  }

  private _setStatus(status: IClusters.Status, error: string | null): void {
    if (status !== this._status || error !== this._error) {
      this._status = status;
      this._poll.frequency = frequency(
        status === 'unreachable' ? RETRY_INTERVAL : POLL_INTERVAL
      );
      this._error = error;
      this._changed.emit({ type: 'status' });
    }
  }

  private _changed = new Signal<this, IClusters.IChange>(this);
  /** Clusters being fetched; true if an event arrived during the fetch. */
  private _fetching = new Map<string, boolean>();
  private _isDisposed = false;
  private _cache = new ClusterCache();
  private _poll: Poll<void>;
  private _error: string | null = null;
  private _ready = new PromiseDelegate<void>();
  private _status: IClusters.Status = 'loading';
}

/** A poll at an interval in milliseconds, whether it fails or not. */
function frequency(interval: number): IPoll.Frequency {
  return { interval, backoff: false, max: interval };
}

/** The types that belong to Clusters. */
export namespace Clusters {
  /** The options of the model. */
  export interface IOptions {
    /** The server and how to authenticate. */
    serverSettings?: ServerConnection.ISettings;
    /** The events of the server; without them, the list is only polled. */
    stream?: ISignal<unknown, Event.Emission>;
    /** Emitted when the server may be another one, and events were missed. */
    interrupted?: ISignal<unknown, void>;
    /** The application language translator. */
    translator?: ITranslator;
  }
}
