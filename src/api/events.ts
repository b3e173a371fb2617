import { Event, EventManager, ServerConnection } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

/**
 * The events of the server, on a connection that says when events may have been
 * missed. That of the application does not: it is opened again in silence after the
 * server was restarted.
 */
export class Events implements IDisposable {
  constructor(serverSettings: ServerConnection.ISettings) {
    const onOpen = (): void => this._onOpen();
    const onClose = (): void => this._interrupt();
    class WatchedSocket extends serverSettings.WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener('open', onOpen);
        this.addEventListener('close', onClose);
      }
    }
    this._manager = new EventManager({
      serverSettings: { ...serverSettings, WebSocket: WatchedSocket }
    });
  }

  /** Emitted when the connection was lost, and when there is one again. */
  get interrupted(): ISignal<this, void> {
    return this._interrupted;
  }

  /** The events. */
  get stream(): ISignal<unknown, Event.Emission> {
    return this._manager.stream;
  }

  /** Whether the connection is closed for good. */
  get isDisposed(): boolean {
    return this._manager.isDisposed;
  }

  /** Close the connection. */
  dispose(): void {
    this._manager.dispose();
    Signal.clearData(this);
  }

  private _onOpen(): void {
    if (this._wasOpen) {
      this._interrupt();
    }
    this._wasOpen = true;
  }

  private _interrupt(): void {
    if (!this.isDisposed) {
      this._interrupted.emit();
    }
  }

  private _interrupted = new Signal<this, void>(this);
  private _manager: EventManager;
  /** Whether there was a connection before: the first one has missed nothing. */
  private _wasOpen = false;
}
