import { Event, ServerConnection } from '@jupyterlab/services';
import {
  ITranslator,
  nullTranslator,
  TranslationBundle
} from '@jupyterlab/translation';
import {
  JSONExt,
  PromiseDelegate,
  ReadonlyJSONObject,
  ReadonlyJSONValue
} from '@lumino/coreutils';
import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';
import { request, RequestError } from './request';
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
    return this._sorted;
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
    return this._entries.get(id)?.cluster;
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
    return this._ask<ICode>('code', 'POST', Private.forCode(launch));
  }

  check(launch: ILaunch): Promise<ICheck> {
    return this._ask<ICheck>('check', 'POST', Private.forCode(launch));
  }

  async launch(launch: ILaunch): Promise<ICluster> {
    const serial = ++this._serial;
    const cluster = await this._ask<ICluster>('clusters', 'POST', launch);
    this._put(cluster, serial);
    return cluster;
  }

  async change(id: string, change: Change): Promise<ICluster> {
    const serial = ++this._serial;
    const cluster = await this._ask<ICluster>(one(id), 'PATCH', change);
    this._put(cluster, serial);
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
        message && status ? message : this._explain(status),
        status
      );
    }
  }

  /**
   * A sentence for an answer that brought none.
   */
  private _explain(status: number): string {
    switch (status) {
      case 0:
        return this._trans.__(
          'The Jupyter server does not answer. Check that it is still running and that you are connected.'
        );
      case 401:
      case 403:
        return this._trans.__(
          'The Jupyter server did not let this page in. Reload the page and log in again.'
        );
      case 404:
        return this._trans.__(
          'The Jupyter server does not know the Cluster Launcher.'
        );
      default:
        return this._trans.__(
          'The Jupyter server answered with error %1. Its log says more.',
          status
        );
    }
  }

  private async _fetchAll(): Promise<void> {
    const serial = ++this._serial;
    try {
      const list = await this._ask<ICluster[]>('clusters?no_track_activity=1');
      if (this._isDisposed) {
        return;
      }
      const seen = new Set(list.map(cluster => cluster.id));
      for (const [id, entry] of [...this._entries]) {
        if (!seen.has(id) && entry.serial < serial) {
          this._remove(id, serial);
        }
      }
      list.forEach(cluster => this._put(cluster, serial));
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
    const serial = ++this._serial;
    try {
      this._put(
        await this._ask<ICluster>(`${one(id)}?no_track_activity=1`),
        serial
      );
    } catch (error) {
      if ((error as RequestError).status === 404) {
        this._remove(id, serial);
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
      this._remove(event.cluster_id, ++this._serial);
    } else {
      void this._fetchOne(event.cluster_id);
    }
  }

  private _onVisible = (): void => {
    if (!document.hidden) {
      void this._poll.refresh();
    }
  };

  /**
   * Take in a report, unless a request sent later has already answered.
   */
  private _put(cluster: ICluster, serial: number): void {
    const entry = this._entries.get(cluster.id);
    const newest = entry?.serial ?? this._removed.get(cluster.id) ?? 0;
    if (this._isDisposed || serial < newest) {
      return;
    }
    const old = entry?.cluster;
    const same = old !== undefined && equal(old, cluster);
    this._entries.set(cluster.id, { cluster: same ? old : cluster, serial });
    if (same) {
      return;
    }
    this._sort();
    this._changed.emit({ type: old ? 'changed' : 'added', old, new: cluster });
  }

  private _remove(id: string, serial: number): void {
    const entry = this._entries.get(id);
    this._removed.set(id, serial);
    if (entry && this._entries.delete(id)) {
      this._sort();
      this._changed.emit({ type: 'removed', old: entry.cluster });
    }
  }

  private _setStatus(status: IClusters.Status, problem: string | null): void {
    if (status !== this._status || problem !== this._problem) {
      this._status = status;
      this._problem = problem;
      this._changed.emit({ type: 'status' });
    }
  }

  private _sort(): void {
    this._sorted = [...this._entries.values()]
      .map(entry => entry.cluster)
      .sort((a, b) => a.created.localeCompare(b.created));
  }

  private _changed = new Signal<this, IClusters.IChange>(this);
  private _entries = new Map<string, { cluster: ICluster; serial: number }>();
  /** Clusters being fetched; true when a bell rang meanwhile. */
  private _fetching = new Map<string, boolean>();
  private _isDisposed = false;
  private _poll: Poll<void>;
  private _problem: string | null = null;
  private _ready = new PromiseDelegate<void>();
  /** When clusters were removed, so that a late answer cannot revive them. */
  private _removed = new Map<string, number>();
  /** Counts requests: an answer counts as old as its request. */
  private _serial = 0;
  private _settings: ServerConnection.ISettings;
  private _sorted: ReadonlyArray<ICluster> = [];
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

function equal(a: ICluster, b: ICluster): boolean {
  return JSONExt.deepEqual(
    a as unknown as ReadonlyJSONValue,
    b as unknown as ReadonlyJSONValue
  );
}

namespace Private {
  /**
   * The part of a launch that decides the code.
   */
  export function forCode(launch: ILaunch): Partial<ILaunch> {
    const { platform, workers, options, adapt, tls, kernel_name } = launch;
    return { platform, workers, options, adapt, tls, kernel_name };
  }
}
