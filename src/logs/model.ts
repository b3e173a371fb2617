import { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';
import { RequestError } from '../api/request';
import { IClusters, ILogs } from '../tokens';

/** Milliseconds between polls of visible logs. */
const POLL_INTERVAL = 2_000;

/**
 * The logs of a cluster, polled while they are visible.
 */
export class LogModel implements IDisposable {
  /**
   * @param id - the id of the cluster
   */
  constructor(
    private _clusters: IClusters,
    readonly id: string
  ) {
    this._poll = new Poll({
      auto: false,
      factory: () => this._fetch(),
      frequency: {
        interval: POLL_INTERVAL,
        backoff: true,
        max: 15 * POLL_INTERVAL
      },
      name: 'jupyter-cluster-launcher:logs',
      standby: 'when-hidden'
    });
  }

  /** The logs as last fetched; null before. */
  logs: ILogs | null = null;
  /** Why the last fetch failed, for the user; null if it did not. */
  error: string | null = null;

  /** The id of the source that the user selected; null before. */
  source: string | null = null;

  /** Show another source. */
  select(source: string): void {
    this.source = source;
    this._changed.emit();
  }

  /** Emitted after each fetch and change. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the model is disposed. */
  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** The name of the cluster. */
  get name(): string {
    return this._clusters.get(this.id)?.name ?? this.id;
  }

  /** Start or resume polling. */
  start(): void {
    void this._poll.start();
  }

  /** Stop polling. */
  stop(): void {
    void this._poll.stop();
  }

  /** Stop polling for good. */
  dispose(): void {
    this._poll.dispose();
    Signal.clearData(this);
  }

  private async _fetch(): Promise<void> {
    try {
      this.logs = await this._clusters.logs(this.id);
      this.error = null;
    } catch (error) {
      // The logs fetched so far stay visible.
      this.error = (error as Error).message;
      if (error instanceof RequestError && error.status === 404) {
        this.stop(); // The cluster has been removed.
        return;
      }
      throw error;
    } finally {
      this._changed.emit();
    }
  }

  private _changed = new Signal<this, void>(this);
  private _poll: Poll<void>;
}
