import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyJSONObject } from '@lumino/coreutils';
import { explain, request, RequestError } from './request';
import {
  ICheck,
  ICode,
  IFound,
  ILaunch,
  ILogs,
  IPlatform,
  IPlot
} from '../tokens';

/**
 * What can be asked of the server without changing anything there: a method
 * for each route.
 */
export class Client {
  constructor(
    private _settings: ServerConnection.ISettings,
    private _trans: TranslationBundle
  ) {}

  platforms(kernelName?: string): Promise<IPlatform[]> {
    return this.ask<IPlatform[]>(`platforms${query(kernelName)}`);
  }

  async options(
    platform: string,
    kernelName?: string
  ): Promise<ReadonlyJSONObject> {
    const path = `platforms/${encodeURIComponent(platform)}/options`;
    const answer = await this.ask<{ options: ReadonlyJSONObject }>(
      path + query(kernelName)
    );
    return answer.options;
  }

  found(platform: string, kernelName?: string): Promise<IFound[]> {
    const path = `platforms/${encodeURIComponent(platform)}/found`;
    return this.ask<IFound[]>(path + query(kernelName));
  }

  code(launch: ILaunch): Promise<ICode> {
    return this.ask<ICode>('code', 'POST', forCode(launch));
  }

  check(launch: ILaunch): Promise<ICheck> {
    return this.ask<ICheck>('check', 'POST', forCode(launch));
  }

  logs(id: string): Promise<ILogs> {
    return this.ask<ILogs>(`${one(id)}/logs?no_track_activity=1`);
  }

  plots(id: string): Promise<IPlot[]> {
    return this.ask<IPlot[]>(`${one(id)}/plots`);
  }

  /**
   * Ask the server, and see to it that an error has a sentence.
   */
  protected async ask<T>(
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
        message && status ? message : explain(status, this._trans),
        status
      );
    }
  }
}

/** The route of one cluster. */
export function one(id: string): string {
  return `clusters/${encodeURIComponent(id)}`;
}

/** The query that names a kernel. */
function query(kernelName?: string): string {
  return kernelName ? `?kernel_name=${encodeURIComponent(kernelName)}` : '';
}

/**
 * The part of a launch that decides the code.
 */
function forCode(launch: ILaunch): Partial<ILaunch> {
  const { platform, workers, options, adapt, tls, kernel_name } = launch;
  return { platform, workers, options, adapt, tls, kernel_name };
}
