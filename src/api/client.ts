import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { describeStatus, Method, request, RequestError } from './request';
import {
  ICheck,
  IPreview,
  IDiscoveredCluster,
  IKernel,
  IPlatformOptions,
  ILaunch,
  ILogs,
  IOptionsSchema,
  IPlatform,
  IPlot,
  IPreset,
  IPresetRequest,
  IStart,
  IWorkerList
} from './types';

/**
 * The read-only part of the REST interface, one method per route.
 *
 * All methods reject with a RequestError whose message can be shown to the user.
 */
export class Client {
  /**
   * @param _settings - the server and how to authenticate
   * @param _trans - for the messages of errors that the server did not describe
   */
  constructor(
    private _settings: ServerConnection.ISettings,
    private _trans: TranslationBundle
  ) {}

  /** List the platforms as they are available to a kernel. */
  platforms(kernelName?: string): Promise<IPlatform[]> {
    return this.request<IPlatform[]>(`platforms${kernelQuery(kernelName)}`);
  }

  /** Fetch the options that a platform discovers by itself; may take seconds. */
  async options(
    platform: string,
    kernelName?: string
  ): Promise<IOptionsSchema> {
    const path = `platforms/${encodeURIComponent(platform)}/options`;
    const response = await this.request<IPlatformOptions>(
      path + kernelQuery(kernelName)
    );
    return response.options;
  }

  /** Discover clusters of the user that can be joined; may take seconds. */
  discover(
    platform: string,
    kernelName?: string
  ): Promise<IDiscoveredCluster[]> {
    const path = `platforms/${encodeURIComponent(platform)}/found`;
    const query = kernelQuery(kernelName);
    return this.request<IDiscoveredCluster[]>(
      `${path}${query}${query ? '&' : '?'}no_track_activity=1`
    );
  }

  /** Preview the code that a launch would run. */
  code(launch: ILaunch): Promise<IPreview> {
    return this.request<IPreview>('code', 'POST', codeRequest(launch));
  }

  /** Check a launch with the batch system; may take seconds. */
  check(launch: ILaunch): Promise<ICheck> {
    return this.request<ICheck>('check', 'POST', codeRequest(launch));
  }

  /** Have the server prepare for a launch, which makes it faster. */
  prepare(platform: string, kernelName?: string): Promise<void> {
    const body = { platform, kernel_name: kernelName };
    return this.request<void>('prepare', 'POST', body);
  }

  /** Estimate when a launch would start; may take seconds. */
  starts(launch: ILaunch): Promise<IStart[]> {
    return this.request<IStart[]>('starts', 'POST', codeRequest(launch));
  }

  /** List the presets of the site and of the user. */
  presets(): Promise<IPreset[]> {
    return this.request<IPreset[]>('presets');
  }

  /** Save a preset, in place of the user's own of that name. */
  savePreset(name: string, preset: IPresetRequest): Promise<IPreset> {
    return this.request<IPreset>(presetPath(name), 'PUT', preset);
  }

  /** Delete a preset that the user saved. */
  deletePreset(name: string): Promise<void> {
    return this.request<void>(presetPath(name), 'DELETE');
  }

  /** Fetch all logs of a cluster; may take seconds. */
  logs(id: string): Promise<ILogs> {
    return this.request<ILogs>(`${clusterPath(id)}/logs?no_track_activity=1`);
  }

  /** Whether notebooks with a kernel can import this package. */
  async hasConnect(kernelName?: string): Promise<boolean> {
    const path = `kernel${kernelQuery(kernelName)}`;
    return (await this.request<IKernel>(path)).connect;
  }

  /** List the single plots of a dashboard. */
  plots(id: string): Promise<IPlot[]> {
    return this.request<IPlot[]>(`${clusterPath(id)}/plots`);
  }

  /** List the workers of a cluster one by one. */
  workers(id: string): Promise<IWorkerList> {
    return this.request<IWorkerList>(
      `${clusterPath(id)}/workers?no_track_activity=1`
    );
  }

  /**
   * Send a request.
   *
   * @throws RequestError whose message is never empty
   */
  protected async request<T>(
    path: string,
    method: Method = 'GET',
    body?: unknown
  ): Promise<T> {
    try {
      return await request<T>(path, this._settings, method, body);
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0;
      const message = error instanceof RequestError ? error.message : '';
      throw new RequestError(
        message && status ? message : describeStatus(status, this._trans),
        status
      );
    }
  }
}

/** The route of a preset. */
function presetPath(name: string): string {
  return `presets/${encodeURIComponent(name)}`;
}

/** The route of a cluster. */
export function clusterPath(id: string): string {
  return `clusters/${encodeURIComponent(id)}`;
}

/** The query that names a kernel; empty for the default kernel. */
function kernelQuery(kernelName?: string): string {
  return kernelName ? `?kernel_name=${encodeURIComponent(kernelName)}` : '';
}

/** The fields of a launch that determine its code. */
function codeRequest(launch: ILaunch): ILaunch {
  const { platform, workers, options, adapt, tls, kernel_name } = launch;
  const { core_hours, renew_for } = launch; // for what it amounts to
  return {
    ...{ platform, workers, options, adapt, tls, kernel_name },
    ...{ core_hours, renew_for }
  };
}
