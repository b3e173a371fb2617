import { ISignal, Signal } from '@lumino/signaling';
import { RequestError } from '../../api/request';
import {
  Change,
  ICheck,
  ICluster,
  IClusters,
  IPreview,
  IDiscoveredCluster,
  ILaunch,
  ILogs,
  IOptionsSchema,
  IPlatform,
  IPlot,
  IPreset,
  IPresetRequest,
  IStart,
  IWorkerList
} from '../../tokens';
import { makeCluster, makePlatform } from './data';

/**
 * A model whose clusters a test changes, and which records the calls.
 */
export class FakeClusters implements IClusters {
  clusters: ReadonlyArray<ICluster> = [];
  status: IClusters.Status = 'ready';
  error: string | null = null;
  readonly ready = Promise.resolve();
  readonly isDisposed = false;
  /** The calls of methods that send a request: the method and its arguments. */
  readonly calls: [string, ...unknown[]][] = [];
  platformsResponse: IPlatform[] = [makePlatform()];
  optionsResponse: IOptionsSchema = { type: 'object', properties: {} };
  discoverResponse: IDiscoveredCluster[] = [];
  codeResponse: IPreview = {
    create: 'the code',
    summary: null,
    warnings: [],
    advice: null
  };
  startsResponse: IStart[] = [];
  checkResponse: ICheck = {
    ok: true,
    job_script: null,
    verdict: null,
    warnings: []
  };
  logsResponse: ILogs = { launch: '', scheduler: '', workers: [], jobs: [] };
  workersResponse: IWorkerList = { workers: [], dead: [] };
  plotsResponse: IPlot[] = [{ name: 'task-stream', title: 'Task Stream' }];
  /** The HTTP status of the errors. */
  errorStatus = 422;
  /** By method, the error with which calls are rejected. */
  readonly errors: { [method: string]: string } = {};

  get changed(): ISignal<this, IClusters.IChange> {
    return this._changed;
  }

  /** Add or change a cluster, as a report of the server would. */
  put(cluster: ICluster): void {
    const old = this.get(cluster.id);
    this.clusters = old
      ? this.clusters.map(each => (each.id === cluster.id ? cluster : each))
      : [...this.clusters, cluster];
    this._changed.emit({ type: old ? 'changed' : 'added', old, new: cluster });
  }

  /** Remove a cluster. */
  remove(id: string): void {
    const old = this.get(id);
    this.clusters = this.clusters.filter(each => each.id !== id);
    this._changed.emit({ type: 'removed', old });
  }

  /** Change the status. */
  setStatus(status: IClusters.Status, error: string | null = null): void {
    this.status = status;
    this.error = error;
    this._changed.emit({ type: 'status' });
  }

  get(id: string): ICluster | undefined {
    return this.clusters.find(cluster => cluster.id === id);
  }

  dispose(): void {
    Signal.clearData(this);
  }

  refresh = (): Promise<void> => this._respond('refresh', undefined);

  platforms(kernelName?: string): Promise<IPlatform[]> {
    return this._respond('platforms', this.platformsResponse, kernelName);
  }

  options(platform: string, kernel?: string): Promise<IOptionsSchema> {
    return this._respond('options', this.optionsResponse, platform, kernel);
  }

  discover(platform: string, kernel?: string): Promise<IDiscoveredCluster[]> {
    return this._respond('discover', this.discoverResponse, platform, kernel);
  }

  /** Whether kernels have this package. */
  connectResponse = false;

  hasConnect(kernelName?: string): Promise<boolean> {
    return this._respond('hasConnect', this.connectResponse, kernelName);
  }

  code(launch: ILaunch): Promise<IPreview> {
    return this._respond('code', this.codeResponse, launch);
  }

  check(launch: ILaunch): Promise<ICheck> {
    return this._respond('check', this.checkResponse, launch);
  }

  prepare(platform: string, kernel?: string): Promise<void> {
    return this._respond('prepare', undefined, platform, kernel);
  }

  starts(launch: ILaunch): Promise<IStart[]> {
    return this._respond('starts', this.startsResponse, launch);
  }

  presetsResponse: IPreset[] = [];

  presets(): Promise<IPreset[]> {
    return this._respond('presets', this.presetsResponse);
  }

  savePreset(name: string, preset: IPresetRequest): Promise<IPreset> {
    const { workers = null, adapt = null } = preset;
    const options = preset.options ?? {};
    const saved = { ...preset, workers, adapt, options, name, own: true };
    this.presetsResponse = [saved, ...this.presetsResponse];
    return this._respond('savePreset', saved, name, preset);
  }

  deletePreset(name: string): Promise<void> {
    this.presetsResponse = this.presetsResponse.filter(
      preset => preset.name !== name
    );
    return this._respond('deletePreset', undefined, name);
  }

  launch(launch: ILaunch): Promise<ICluster> {
    return this._respond('launch', makeCluster({ state: 'starting' }), launch);
  }

  change(id: string, change: Change): Promise<ICluster> {
    return this._respond('change', this.get(id) ?? makeCluster(), id, change);
  }

  stop(id: string, options?: { leave?: boolean }): Promise<void> {
    return this._respond('stop', undefined, id, options);
  }

  logs(id: string): Promise<ILogs> {
    return this._respond('logs', this.logsResponse, id);
  }

  plots(id: string): Promise<IPlot[]> {
    return this._respond('plots', this.plotsResponse, id);
  }

  workers(id: string): Promise<IWorkerList> {
    return this._respond('workers', this.workersResponse, id);
  }

  restartWorker(id: string, worker: string): Promise<void> {
    return this._respond('restartWorker', undefined, id, worker);
  }

  private async _respond<T>(
    method: string,
    response: T,
    ...args: unknown[]
  ): Promise<T> {
    this.calls.push([method, ...args]);
    if (this.errors[method]) {
      throw new RequestError(this.errors[method], this.errorStatus);
    }
    return response;
  }

  private _changed = new Signal<this, IClusters.IChange>(this);
}
