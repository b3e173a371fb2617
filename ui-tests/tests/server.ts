import { ChildProcess, spawn } from 'child_process';
import { mkdirSync, openSync, readFileSync } from 'fs';
import { createServer } from 'net';
import { join } from 'path';

/**
 * A second Jupyter server with its own home directory.
 */
export class Server {
  private constructor(
    private readonly run: () => ChildProcess,
    private readonly log: string,
    /** Its URL, without a trailing slash. */
    readonly url: string
  ) {
    this.process = run();
  }

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
    const port = await freePort();
    const run = (): ChildProcess => {
      const output = openSync(log, 'a');
      return spawn(
        command,
        [
          '--allow-root',
          '--no-browser',
          '--ip=127.0.0.1',
          `--port=${port}`,
          '--ServerApp.port_retries=0',
          '--ServerApp.base_url=/beside/',
          '--IdentityProvider.token=',
          ...args
        ],
        {
          cwd: home, // Some extensions write there.
          env: {
            ...process.env,
            HOME: home,
            JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
            ...env
          },
          stdio: ['ignore', output, output]
        }
      );
    };
    const server = new Server(run, log, `http://127.0.0.1:${port}/beside`);
    await server.ready();
    return server;
  }

  /** Stop the server and start it again at the same URL. */
  async restart(): Promise<void> {
    await this.stop();
    this.process = this.run();
    await this.ready();
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

  /** Kill the server, whose clusters must have been stopped. */
  async kill(): Promise<void> {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await ended;
  }

  /** Wait until the server responds, or fail with its log. */
  private async ready(): Promise<void> {
    const ended = new Promise<never>((_, reject) => {
      this.process.once('error', reject);
      this.process.once('exit', () =>
        reject(new Error(`No server: ${readFileSync(this.log, 'utf-8')}`))
      );
    });
    await Promise.race([this.responds(), ended]);
    ended.catch(() => undefined); // Later it is stopped by the test.
  }

  /** Wait until the server responds, at most until the test times out. */
  private async responds(): Promise<void> {
    const response = await fetch(`${this.url}/api`).catch(() => null);
    if (!response?.ok) {
      await new Promise(resolve => setTimeout(resolve, 100));
      await this.responds();
    }
  }

  private process: ChildProcess;
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
