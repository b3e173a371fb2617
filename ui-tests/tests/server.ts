import { ChildProcess, spawn } from 'child_process';
import { mkdirSync, openSync, readFileSync } from 'fs';
import { createServer } from 'net';
import { join } from 'path';

/**
 * A Jupyter server beside that of the suite, with a home of its own.
 */
export class Server {
  private constructor(
    private readonly process: ChildProcess,
    /** Its address, without a slash at its end. */
    readonly url: string
  ) {}

  /**
   * Start one and wait until it answers.
   *
   * @param command - the `jupyter-lab` to start
   * @param home - its home, which is made
   * @param args - more arguments for it
   * @param env - more of an environment for it
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
    await Promise.race([server.answers(), ended]);
    ended.catch(() => undefined); // When it stops later, it is meant to.
    return server;
  }

  /** Stop it, and wait until it is gone. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null) {
      return;
    }
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  /** Wait until it answers; the time of a test is the limit. */
  private async answers(): Promise<void> {
    const asked = await fetch(`${this.url}/api`).catch(() => null);
    if (!asked?.ok) {
      await new Promise(resolve => setTimeout(resolve, 100));
      await this.answers();
    }
  }
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
