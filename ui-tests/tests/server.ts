import { ChildProcess, spawn } from 'child_process';
import { mkdirSync, openSync, readFileSync } from 'fs';
import { createServer } from 'net';
import { join } from 'path';

/**
 * A second Jupyter server with its own home directory.
 */
export class Server {
  private constructor(
    private readonly process: ChildProcess,
    /** Its URL, without a trailing slash. */
    readonly url: string
  ) {}

  /**
   * Start a server and wait until it responds.
   *
   * @param command - the `jupyter-lab` to start
   * @param home - its home directory, which is created
   * @param args - additional arguments
   * @param env - additional environment variables
   */
  static async start(
    command: string,
    home: string,
    args: string[] = [],
    env: NodeJS.ProcessEnv = {}
  ): Promise<Server> {
    mkdirSync(home, { recursive: true });
    const log = join(home, 'server.log');
    const output = openSync(log, 'w');
    const port = await freePort();
    const child = spawn(
      command,
      [
        '--allow-root',
        '--no-browser',
        '--ip=127.0.0.1',
        `--port=${port}`,
        '--ServerApp.base_url=/beside/',
        '--IdentityProvider.token=',
        ...args
      ],
      {
        env: {
          ...process.env,
          HOME: home,
          JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
          ...env
        },
        stdio: ['ignore', output, output]
      }
    );
    const server = new Server(child, `http://127.0.0.1:${port}/beside`);
    const ended = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', () =>
        reject(new Error(`No server: ${readFileSync(log, 'utf-8')}`))
      );
    });
    await Promise.race([server.responds(), ended]);
    ended.catch(() => undefined); // Later it is stopped by the test.
    return server;
  }

  /** Stop the server, and wait until it has ended. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null) {
      return;
    }
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  /** Wait until the server responds, at most until the test times out. */
  private async responds(): Promise<void> {
    const response = await fetch(`${this.url}/api`).catch(() => null);
    if (!response?.ok) {
      await new Promise(resolve => setTimeout(resolve, 100));
      await this.responds();
    }
  }
}

/** Find a free port. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
