import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';

/** The routes of the server extension, relative to the base URL. */
const NAMESPACE = 'cluster-launcher';

/** The HTTP methods of the REST interface. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A request that the server rejected or did not answer.
 */
export class RequestError extends Error {
  /**
   * @param message - the sentence to show; empty if the server sent none
   * @param status - the HTTP status; 0 if there was no response
   */
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

/**
 * Send a request to the server extension.
 *
 * @param path - the route relative to `cluster-launcher/`, with its query
 * @param settings - the server and how to authenticate
 * @param method - the HTTP method
 * @param body - the data to send as JSON
 * @returns the JSON of the response; undefined if it has no body
 * @throws RequestError with the message of the server, if it sent one
 */
export async function request<T>(
  path: string,
  settings: ServerConnection.ISettings,
  method: Method = 'GET',
  body?: unknown
): Promise<T> {
  const url = URLExt.join(settings.baseUrl, NAMESPACE, path);
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    throw new RequestError(error instanceof Error ? error.message : '', 0);
  }
  const data = parse(await response.text());
  if (!response.ok) {
    throw new RequestError(errorMessage(data), response.status);
  }
  return data as T;
}

/** The message of an error response; empty if the extension did not send it. */
function errorMessage(data: unknown): string {
  const message = (data as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

/** Parse JSON; undefined for anything else, such as the error page of a proxy. */
function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Describe an error for which the server sent no message.
 *
 * @param status - the HTTP status; 0 if there was no response
 */
export function describeStatus(
  status: number,
  trans: TranslationBundle
): string {
  switch (status) {
    case 0:
      return trans.__(
        'The Jupyter server is not responding. Check that it is running and that you are connected to the network.'
      );
    case 401:
    case 403:
      return trans.__(
        'The Jupyter server refused access. Reload the page and log in again.'
      );
    case 404:
      return trans.__(
        'The Jupyter server does not have the Cluster Launcher extension.'
      );
    default:
      return trans.__(
        'The Jupyter server returned error %1. See the server log for details.',
        status
      );
  }
}
