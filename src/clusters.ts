import { Event, ServerConnection } from '@jupyterlab/services';
import {
  ITranslator,
  nullTranslator,
  TranslationBundle
} from '@jupyterlab/translation';
import { PromiseDelegate, ReadonlyJSONObject } from '@lumino/coreutils';
import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';
import { Ledger } from './ledger';
import { explain, request, RequestError } from './request';
import {
  Change,
  ICheck,
  ICluster,
  IClusters,
  ICode,
  IFound,
  ILaunch,
  ILogs,
  IPlatform
} from './tokens';

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
export class Clusters implements IClusters {
  constructor(options: Clusters.IOptions) {
    this._settings = options.serverSettings ?? ServerConnection.makeSettings();
    this._trans = (options.translator ?? nullTranslator).load(
      'jupyter_cluster_launcher'
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

  platforms(kernelName?: string): Promise<IPlatform[]> {
    return this._ask<IPlatform[]>(`platforms${query(kernelName)}`);
  }

  async options(
    platform: string,
    kernelName?: string
  ): Promise<ReadonlyJSONObject> {
    const path = `platforms/${encodeURIComponent(platform)}/options`;
    const answer = await this._ask<{ options: ReadonlyJSONObject }>(
      path + query(kernelName)
    );
    return answer.options;
  }

  found(platform: string, kernelName?: string): Promise<IFound[]> {
    const path = `platforms/${encodeURIComponent(platform)}/found`;
    return this._ask<IFound[]>(path + query(kernelName));
  }

  code(launch: ILaunch): Promise<ICode> {
    return this._ask<ICode>('code', 'POST', forCode(launch));
  }

  check(launch: ILaunch): Promise<ICheck> {
    return this._ask<ICheck>('check', 'POST', forCode(launch));
  }

  async launch(launch: ILaunch): Promise<ICluster> {
    const serial = this._ledger.next();
    const cluster = await this._ask<ICluster>('clusters', 'POST', launch);
    this._emit(this._ledger.put(cluster, serial));
    return cluster;
  }

  async change(id: string, change: Change): Promise<ICluster> {
    const serial = this._ledger.next();
    const cluster = await this._ask<ICluster>(one(id), 'PATCH', change);
    this._emit(this._ledger.put(cluster, serial));
    return cluster;
  }

  async stop(id: string, options?: { leave?: boolean }): Promise<void> {
    await this._ask<void>(
      one(id) + (options?.leave ? '?leave=true' : ''),
      'DELETE'
    );
    await this._fetchOne(id);
  }

  logs(id: string): Promise<ILogs> {
    return this._ask<ILogs>(`${one(id)}/logs?no_track_activity=1`);
  }

  /**
   * Ask the server, and see to it that an error has a sentence.
   */
  private async _ask<T>(
    path: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' = 'GET',
    body?: unknown
  ): Promise<T> {
    try {
      return await request<T>(path, this._settings, method, body);
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0;
      const message = error instanceof RequestError ? error.message : '';
      throw new RequestError(
        message && status ? message : explain(status, this._trans),
        status
      );
    }
  }

  private async _fetchAll(): Promise<void> {
    const serial = this._ledger.next();
    try {
      const list = await this._ask<ICluster[]>('clusters?no_track_activity=1');
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
      const cluster = await this._ask<ICluster>(
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
  private _settings: ServerConnection.ISettings;
  private _status: IClusters.Status = 'loading';
  private _stream: ISignal<unknown, Event.Emission> | null;
  private _trans: TranslationBundle;
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

/** The route of one cluster. */
function one(id: string): string {
  return `clusters/${encodeURIComponent(id)}`;
}

/** The query that names a kernel. */
function query(kernelName?: string): string {
  return kernelName ? `?kernel_name=${encodeURIComponent(kernelName)}` : '';
}

/**
 * The part of a launch that decides the code.
 */
function forCode(launch: ILaunch): Partial<ILaunch> {
  const { platform, workers, options, adapt, tls, kernel_name } = launch;
  return { platform, workers, options, adapt, tls, kernel_name };
}
