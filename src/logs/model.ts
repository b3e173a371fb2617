import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';
import { RequestError } from '../api/request';
import { IClusters, ILogs } from '../tokens';

/** Milliseconds between two looks at a log that is on the screen. */
const INTERVAL = 2_000;

/**
 * The logs of one cluster, fetched while they are on the screen.
 */
export class LogModel {
  constructor(
    private _clusters: IClusters,
    readonly id: string
  ) {
    this._poll = new Poll({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: INTERVAL, backoff: true, max: 15 * INTERVAL },
      name: 'jupyter-cluster-launcher:logs',
      standby: 'when-hidden'
    });
  }

  logs: ILogs | null = null;
  error: string | null = null;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get name(): string {
    return this._clusters.get(this.id)?.name ?? this.id;
  }

  /** Begin or go on following. */
  start(): void {
    void this._poll.start();
  }

  /** Follow no longer: nobody looks. */
  stop(): void {
    void this._poll.stop();
  }

  dispose(): void {
    this._poll.dispose();
    Signal.clearData(this);
  }

  private async _fetch(): Promise<void> {
    try {
      this.logs = await this._clusters.logs(this.id);
      this.error = null;
    } catch (error) {
      // What was read so far stays on the screen.
      this.error = (error as Error).message;
      if (error instanceof RequestError && error.status === 404) {
        this.stop(); // It is gone, and will be.
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
