import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { IQueryState, Query } from '../../api/query';
import { isAlive } from '../../format';
import {
  ICheck,
  ICluster,
  IClusters,
  IPreview,
  IDiscoveredCluster,
  ILaunch,
  IOptionsSchema,
  IPlatform,
  IStart
} from '../../tokens';
import { declaresOptions } from './schema';

/** Milliseconds without changes before a launch is previewed. */
const PREVIEW_DELAY = 300;

/**
 * The number of workers that count against what a user may have; null for a
 * cluster that does not count.
 */
export function sizeOf(cluster: ICluster): number | null {
  const { adapt, joined, state, workers } = cluster;
  const counts = !joined && (isAlive(cluster) || state === 'elsewhere');
  return counts ? (adapt?.maximum ?? workers.requested) : null;
}

/**
 * The requests for what the launch form shows. Each is sent again when its input
 * changed.
 */
export class LaunchQueries implements IDisposable {
  constructor(private _clusters: IClusters) {
    for (const query of this._all) {
      query.settled.connect(this._onSettled, this);
    }
  }

  /** Whether to request what is only shown in an expanded section. */
  readonly requested = { check: false, clusters: false };

  /** Emitted when a request succeeded or failed. */
  get settled(): ISignal<this, void> {
    return this._settled;
  }

  /** Whether the queries are disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The platforms as they are available to the kernel. */
  get platforms(): IQueryState<IPlatform[]> {
    return this._platforms;
  }

  /** The options that the platform discovers by itself. */
  get options(): IQueryState<IOptionsSchema> {
    return this._options;
  }

  /** The clusters on the platform that can be joined. */
  get clusters(): IQueryState<IDiscoveredCluster[]> {
    return this._found;
  }

  /** The code that the launch would run. */
  get code(): IQueryState<IPreview> {
    return this._code;
  }

  /** What may go wrong with the launch, without what stands beside a field. */
  get warnings(): string[] {
    const warnings = this._code.value?.warnings ?? [];
    return warnings.filter(warning => !this._beside.get(warning));
  }

  /** Set whether a warning stands beside a field, which may be hidden. */
  setBeside = (warning: string, isShown: boolean): void => {
    const others = this._beside.get(warning) ?? 0;
    this._beside.set(warning, others + (isShown ? 1 : -1));
    this._settled.emit();
  };

  /** The check of the launch with the batch system. */
  get check(): IQueryState<ICheck> {
    return this._check;
  }

  /** Whether a platform is available and its options are known. */
  isReady(platform: IPlatform): boolean {
    const { available } = platform;
    const known = !declaresOptions(platform);
    return available && (known || this._options.value !== null);
  }

  /** The schema of the options of a platform. */
  schema(platform: IPlatform): IOptionsSchema {
    return (platform.options_from && this._options.value) || platform.options;
  }

  /** Send failed requests again at the next update. */
  retry(): void {
    this._attempt += 1;
  }

  /** Search for clusters again at the next update. */
  searchAgain(): void {
    this._searches += 1;
  }

  /** Request the platforms. */
  updatePlatforms(kernelName: string | undefined): void {
    this._platforms.update(
      `${kernelName} ${this._attempt}`,
      this._clusters.status === 'ready'
        ? () => this._clusters.platforms(kernelName)
        : null
    );
  }

  /**
   * Request what belongs to a platform: its options, the clusters on it, and the
   * preview of a launch.
   *
   * @param launch - returns the launch; null if it cannot be requested
   */
  update(
    platform: IPlatform,
    kernelName: string | undefined,
    launch: () => ILaunch | null
  ): void {
    this._updatePlatform(platform, kernelName);
    const isPossible = this.isReady(platform) && platform.launches;
    this._updatePreview(platform, isPossible ? launch() : null);
  }

  private _updatePlatform(
    platform: IPlatform,
    kernelName: string | undefined
  ): void {
    const { available, finds, name, options_from } = platform;
    this._options.update(
      `${name} ${kernelName} ${this._attempt}`,
      options_from && available
        ? () => this._clusters.options(name, kernelName)
        : null
    );
    const known = this._clusters.clusters.map(({ id }) => id).join();
    const place = `${name} ${kernelName}`;
    if (place !== this._place) {
      this._place = place;
      this._found.clear();
    }
    this._found.update(
      `${place} ${known} ${this._attempt} ${this._searches}`,
      this.requested.clusters && finds && available
        ? () => this._clusters.discover(name, kernelName)
        : null
    );
  }

  private _updatePreview(platform: IPlatform, launch: ILaunch | null): void {
    if (!launch) {
      this._code.clear();
      this._check.clear();
      return;
    }
    const { workers, adapt, options, tls, kernel_name } = launch;
    const { core_hours, renew_for } = launch;
    const input = [platform.name, workers, adapt, options, tls, kernel_name];
    const key = JSON.stringify([...input, core_hours, renew_for]);
    // What the user has may leave no room for another cluster.
    const sizes = this._clusters.clusters
      .filter(cluster => cluster.platform === platform.name)
      .map(cluster => [cluster.id, sizeOf(cluster)]);
    this._code.update(`${key} ${JSON.stringify(sizes)}`, () =>
      this._clusters.code(launch)
    );
    this._check.update(
      key,
      this.requested.check && platform.queue
        ? () => this._clusters.check(launch)
        : null
    );
  }

  /** Estimate when a launch would start, and when in other ways. */
  starts(launch: ILaunch): Promise<IStart[]> {
    return this._clusters.starts(launch);
  }

  /** Cancel all requests. */
  dispose(): void {
    this._isDisposed = true;
    this._all.forEach(query => query.dispose());
    Signal.clearData(this);
  }

  private _onSettled(): void {
    this._settled.emit();
  }

  private _attempt = 0;
  /** By warning, the number of fields that it stands beside. */
  private _beside = new Map<string, number>();
  private _check = new Query<ICheck>({ delay: PREVIEW_DELAY, keep: true });
  private _code = new Query<IPreview>({ delay: PREVIEW_DELAY, keep: true });
  private _found = new Query<IDiscoveredCluster[]>({ keep: true });
  private _isDisposed = false;
  private _options = new Query<IOptionsSchema>();
  private _platforms = new Query<IPlatform[]>({ keep: true });
  /** The platform and the kernel of the last search for clusters. */
  private _place = '';
  private _searches = 0;
  private _settled = new Signal<this, void>(this);
  private _all = [
    this._check,
    this._code,
    this._found,
    this._options,
    this._platforms
  ];
}
