import { ISignal, Signal } from '@lumino/signaling';
import { IClusters, IWorkerList } from '../../tokens';

/**
 * The workers of a cluster one by one, fetched when something has changed.
 */
export class WorkersModel {
  /**
   * @param _id - the id of the cluster
   */
  constructor(
    private _clusters: IClusters,
    private _id: string
  ) {}

  /** The workers as last fetched; null before. */
  list: IWorkerList | null = null;
  /** What went wrong last, for the user; null if nothing did. */
  error: string | null = null;
  /** The ids of the workers that are being restarted. */
  readonly restarting = new Set<string>();

  /** Emitted after each change. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Fetch the workers. During a fetch, fetch them once more after it. */
  async refresh(): Promise<void> {
    this._isOutdated = true;
    if (this._isFetching) {
      return;
    }
    this._isFetching = true;
    while (this._isOutdated) {
      this._isOutdated = false;
      try {
        this.list = await this._clusters.workers(this._id);
        this._fail(this._restartError);
      } catch (error) {
        this._fail((error as Error).message);
      }
    }
    this._isFetching = false;
  }

  /** Restart a worker. */
  async restart(worker: string): Promise<void> {
    this.restarting.add(worker);
    this._restartError = null;
    this._fail(null);
    try {
      await this._clusters.restartWorker(this._id, worker);
    } catch (error) {
      this._restartError = (error as Error).message;
    }
    this.restarting.delete(worker);
    this._fail(this._restartError);
    await this.refresh();
  }

  private _fail(error: string | null): void {
    this.error = error;
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _isFetching = false;
  private _isOutdated = false;
  private _restartError: string | null = null;
}
