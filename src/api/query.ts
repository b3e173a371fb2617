import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { RequestError } from './request';

/** The state of a request whose result is shown. */
export interface IQueryState<T> {
  /** The result; null if there is none yet. */
  readonly value: T | null;
  /** Why the last request failed, for the user; null if it did not. */
  readonly error: string | null;
  /** Whether the server rejected the input, so that it has to be changed. */
  readonly isRejected: boolean;
  /** Whether a request is waiting for its response. */
  readonly pending: boolean;
}

/**
 * A request that is repeated whenever its input changes. Late responses to an
 * earlier request are dropped.
 */
export class Query<T> implements IQueryState<T>, IDisposable {
  /**
   * @param options.delay - milliseconds to wait for further changes of the input
   * @param options.keep - whether to keep the last result until there is a new
   *   one, beside an error, and while nothing is requested
   */
  constructor(options: { delay?: number; keep?: boolean } = {}) {
    this._delay = options.delay ?? 0;
    this._keep = options.keep ?? false;
  }

  /** Emitted when a request succeeded or failed. */
  get settled(): ISignal<this, void> {
    return this._settled;
  }

  /** The result; null if there is none yet. */
  get value(): T | null {
    return this._value;
  }

  /** Why the last request failed, for the user; null if it did not. */
  get error(): string | null {
    return this._error;
  }

  /** Whether the server rejected the input, so that it has to be changed. */
  get isRejected(): boolean {
    return this._status === 422 && !this._pending;
  }

  /** Whether a request is waiting for its response. */
  get pending(): boolean {
    return this._pending;
  }

  /** Whether the query is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * Send the request, unless the input is unchanged.
   *
   * @param key - identifies the input of the request
   * @param send - sends the request; null to request nothing
   */
  update(key: string, send: (() => Promise<T>) | null): void {
    const input = send === null ? null : key;
    this._send = send;
    if (input === this._input) {
      return;
    }
    this._cancel();
    this._input = input;
    this._pending = input !== null;
    if (!this._keep) {
      this._value = null;
    }
    if (!this._keep || input === null) {
      this._error = null;
      this._status = null;
    }
    if (input !== null) {
      const serial = this._serial;
      this._timer = setTimeout(() => void this._run(serial), this._delay);
    }
  }

  /** Request nothing, and forget the last result. */
  clear(): void {
    this.update('', null);
    this._value = null;
  }

  /** Drop the response to a pending request. */
  dispose(): void {
    this._isDisposed = true;
    this._cancel();
    Signal.clearData(this);
  }

  /** Send the request and store its result, unless it was cancelled. */
  private async _run(serial: number): Promise<void> {
    let value = this._keep ? this._value : null;
    let error: string | null = null;
    let status: number | null = null;
    try {
      value = await this._send!();
    } catch (reason) {
      error = (reason as Error).message;
      status = reason instanceof RequestError ? reason.status : null;
    }
    if (serial === this._serial) {
      this._value = value;
      this._error = error;
      this._status = status;
      this._pending = false;
      this._settled.emit();
    }
  }

  private _cancel(): void {
    this._serial += 1;
    clearTimeout(this._timer);
  }

  private _delay: number;
  private _error: string | null = null;
  /** The key of the last request; null while nothing is requested. */
  private _input: string | null = null;
  private _isDisposed = false;
  private _keep: boolean;
  private _pending = false;
  private _send: (() => Promise<T>) | null = null;
  private _serial = 0;
  private _settled = new Signal<this, void>(this);
  /** The HTTP status of the last response that was an error. */
  private _status: number | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _value: T | null = null;
}
