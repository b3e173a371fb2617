import { Event, ServerConnection } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';
import { Client, one } from './client';
import { Ledger } from './cache';
import { RequestError } from './request';
import { Change, ICluster, IClusters, ILaunch } from '../tokens';

/** The schema of the bell that the server rings. */
export const BELL =
  'https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1';

/** Milliseconds between two slow polls, which catch what the bell missed. */
const SLOW = 30_000;

/** The longest wait between two slow polls while the server does not answer. */
const SLOWEST = 300_000;

/**
 * The clusters of this server.
 *
 * The truth is on the server. A bell on Jupyter's event bus says which cluster
 * changed, and that cluster is fetched; the whole list is fetched every 30 s
 * while the page is visible, and when it becomes visible again.
 */
export class Clusters extends Client implements IClusters {
  constructor(options: Clusters.IOptions) {
    super(
      options.serverSettings ?? ServerConnection.makeSettings(),
      (options.translator ?? nullTranslator).load('jupyter_cluster_launcher')
    );
    this._stream = options.stream ?? null;
    this._stream?.connect(this._onEvent, this);
    document.addEventListener('visibilitychange', this._onVisible);
    this._poll = new Poll({
      auto: true,
      factory: () => this._fetchAll(),
      frequency: { interval: SLOW, backoff: true, max: SLOWEST },
      name: 'jupyter-cluster-launcher:clusters',
      standby: 'when-hidden'
    });
  }

  get changed(): ISignal<this, IClusters.IChange> {
    return this._changed;
  }

  get clusters(): ReadonlyArray<ICluster> {
    return this._ledger.clusters;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get problem(): string | null {
    return this._problem;
  }

  get ready(): Promise<void> {
    return this._ready.promise;
  }

  get status(): IClusters.Status {
    return this._status;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    document.removeEventListener('visibilitychange', this._onVisible);
    this._poll.dispose();
    this._stream?.disconnect(this._onEvent, this);
    Signal.clearData(this);
  }

  get(id: string): ICluster | undefined {
    return this._ledger.get(id);
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick.catch(() => {
      // The status says it.
    });
  }

  async launch(launch: ILaunch): Promise<ICluster> {
    const serial = this._ledger.next();
    const cluster = await this.ask<ICluster>('clusters', 'POST', launch);
    this._emit(this._ledger.put(cluster, serial));
    return cluster;
  }

  async change(id: string, change: Change): Promise<ICluster> {
    const serial = this._ledger.next();
    const cluster = await this.ask<ICluster>(one(id), 'PATCH', change);
    this._emit(this._ledger.put(cluster, serial));
    return cluster;
  }

  async stop(id: string, options?: { leave?: boolean }): Promise<void> {
    await this.ask<void>(
      one(id) + (options ? `?leave=${!!options.leave}` : ''),
      'DELETE'
    );
    await this._fetchOne(id);
  }

  private async _fetchAll(): Promise<void> {
    const serial = this._ledger.next();
    try {
      const list = await this.ask<ICluster[]>('clusters?no_track_activity=1');
      if (this._isDisposed) {
        return;
      }
      this._ledger.replace(list, serial).forEach(change => this._emit(change));
      this._setStatus('ready', null);
    } catch (error) {
      if (this._isDisposed) {
        return;
      }
      const { message, status } = error as RequestError;
      this._setStatus(status === 404 ? 'missing' : 'unreachable', message);
      throw error; // The poll waits longer each time.
    } finally {
      this._ready.resolve();
    }
  }

  /**
   * Fetch one cluster; while a fetch is under way, once more after it.
   */
  private async _fetchOne(id: string): Promise<void> {
    const busy = this._fetching.has(id);
    this._fetching.set(id, busy);
    if (busy) {
      return;
    }
    const serial = this._ledger.next();
    try {
      const cluster = await this.ask<ICluster>(
        `${one(id)}?no_track_activity=1`
      );
      this._emit(this._ledger.put(cluster, serial));
    } catch (error) {
      if ((error as RequestError).status === 404) {
        this._emit(this._ledger.remove(id, serial));
      }
      // Anything else is told by the slow poll, once, and not for each cluster.
    } finally {
      const again = this._fetching.get(id);
      this._fetching.delete(id);
      if (again && !this._isDisposed) {
        void this._fetchOne(id);
      }
    }
  }

  private _onEvent(_: unknown, event: Event.Emission): void {
    if (event.schema_id !== BELL || typeof event.cluster_id !== 'string') {
      return;
    }
    if (event.action === 'removed') {
      this._emit(this._ledger.remove(event.cluster_id, this._ledger.next()));
    } else {
      void this._fetchOne(event.cluster_id);
    }
  }

  private _onVisible = (): void => {
    if (!document.hidden) {
      void this._poll.refresh();
    }
  };

  private _emit(change: IClusters.IChange | null): void {
    if (change !== null && !this._isDisposed) {
      this._changed.emit(change);
    }
  }

  private _setStatus(status: IClusters.Status, problem: string | null): void {
    if (status !== this._status || problem !== this._problem) {
      this._status = status;
      this._problem = problem;
      this._changed.emit({ type: 'status' });
    }
  }

  private _changed = new Signal<this, IClusters.IChange>(this);
  /** Clusters being fetched; true when a bell rang meanwhile. */
  private _fetching = new Map<string, boolean>();
  private _isDisposed = false;
  private _ledger = new Ledger();
  private _poll: Poll<void>;
  private _problem: string | null = null;
  private _ready = new PromiseDelegate<void>();
  private _status: IClusters.Status = 'loading';
  private _stream: ISignal<unknown, Event.Emission> | null;
}

export namespace Clusters {
  /** What the model needs. */
  export interface IOptions {
    serverSettings?: ServerConnection.ISettings;
    /** The event bus; without it only the slow poll keeps the list true. */
    stream?: ISignal<unknown, Event.Emission>;
    translator?: ITranslator;
  }
}
