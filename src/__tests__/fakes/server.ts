import { ServerConnection } from '@jupyterlab/services';

/**
 * A server that responds from a table, and records the requests.
 */
export class FakeServer {
  /** The requests as "VERB path", without the query. */
  readonly requests: string[] = [];
  /** The query of each request, without the question mark. */
  readonly queries: string[] = [];
  /** The body of each request. */
  readonly bodies: any[] = [];
  /** The responses by "VERB path": JSON, or a function of the body. */
  readonly responses: {
    [route: string]: unknown | ((body: any) => unknown | Promise<unknown>);
  } = {};

  /** The settings with which a client reaches this server. */
  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://fake.test/user/ada/',
    fetch: async (input: RequestInfo | URL) => {
      const request = input as Request;
      const { pathname, search } = new URL(request.url);
      const path = pathname.replace('/user/ada/cluster-launcher/', '');
      const route = `${request.method} ${path}`;
      const text = await request.text();
      const body = text ? JSON.parse(text) : undefined;
      this.requests.push(route);
      this.queries.push(search.slice(1));
      this.bodies.push(body);
      let response = this.responses[route];
      if (typeof response === 'function') {
        response = await response(body);
      }
      if (response instanceof Response) {
        return response;
      }
      return response === undefined
        ? new Response('<html>', { status: 404 })
        : new Response(JSON.stringify(response), { status: 200 });
    }
  });
}

/** Make the response of the server to a request that it rejects. */
export function errorResponse(status: number, message: string): Response {
  return new Response(JSON.stringify({ message }), { status });
}
