import { ISignal, Signal } from '@lumino/signaling';
import { Target } from '../../notebook/target';
import { ICluster, IClusters, ILaunch, INotebooks } from '../../tokens';

/** An accepted launch. */
export interface ILaunched {
  /** The cluster, which is starting. */
  cluster: ICluster;
  /** The notebook or console in front at the time of the launch; null if there was none. */
  panel: Target | null;
}

/**
 * The launch that is being requested, and why the last one was rejected.
 */
export class Submission {
  constructor(
    private _clusters: Pick<IClusters, 'launch'>,
    private _notebooks: Pick<INotebooks, 'opening' | 'panel'> | null
  ) {}

  /** Whether the server has not responded to a launch yet. */
  busy = false;
  /** Why the last launch was rejected, for the user; null if it was not. */
  error: string | null = null;

  /** Emitted when a launch was requested or answered. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted after a launch was accepted. */
  get launched(): ISignal<this, ILaunched> {
    return this._launched;
  }

  /**
   * Request a launch, for the notebook in front, or the one that is being opened.
   * Never rejects: see `error`.
   *
   * @param request - returns the request, when that notebook is known
   * @param remember - saves the choices of an accepted launch
   */
  async send(
    request: () => ILaunch,
    remember: () => Promise<void>
  ): Promise<void> {
    this.busy = true;
    this.error = null;
    this._changed.emit();
    try {
      const opening = this._notebooks?.opening;
      if (opening) {
        await opening;
      }
      const panel = this._notebooks?.panel ?? null;
      const cluster = await this._clusters.launch(request());
      this._launched.emit({ cluster, panel });
      // The cluster is there, whatever the browser can save.
      await remember().catch(reason => {
        console.warn('The choices could not be saved.', reason);
      });
    } catch (reason) {
      this.error = (reason as Error).message;
    } finally {
      this.busy = false;
      this._changed.emit();
    }
  }

  private _changed = new Signal<this, void>(this);
  private _launched = new Signal<this, ILaunched>(this);
}
