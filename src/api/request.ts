import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';

/** Where the server extension answers, below the base URL. */
const NAMESPACE = 'cluster-launcher';

/**
 * A request that the server refused or never answered.
 */
export class RequestError extends Error {
  /**
   * @param message - the sentence to show
   * @param status - the HTTP status; 0 when there was no answer at all
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
 * Ask the server extension.
 *
 * @param path - the route below `cluster-launcher/`, with its query
 * @param settings - where the server is, and how to be let in
 * @param method - the HTTP verb
 * @param body - what to send, as JSON
 * @returns the answer's JSON, undefined when it has no body
 * @throws RequestError with the server's own sentence where it gave one
 */
export async function request<T>(
  path: string,
  settings: ServerConnection.ISettings,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' = 'GET',
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
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) {
    throw new RequestError(sentence(answer), response.status);
  }
  return answer as T;
}

/**
 * The server's sentence, or nothing where the answer is not from the extension.
 */
function sentence(answer: unknown): string {
  const message = (answer as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : '';
}

/**
 * JSON where the text is JSON; a proxy may answer with a page instead.
 */
function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A sentence for an answer that brought none.
 *
 * @param status - the HTTP status; 0 when there was no answer at all
 */
export function explain(status: number, trans: TranslationBundle): string {
  switch (status) {
    case 0:
      return trans.__(
        'The Jupyter server does not answer. Check that it is still running and that you are connected.'
      );
    case 401:
    case 403:
      return trans.__(
        'The Jupyter server did not let this page in. Reload the page and log in again.'
      );
    case 404:
      return trans.__('The Jupyter server does not know the Cluster Launcher.');
    default:
      return trans.__(
        'The Jupyter server answered with error %1. Its log says more.',
        status
      );
  }
}
