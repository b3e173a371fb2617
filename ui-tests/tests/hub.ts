import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { expect } from '@playwright/test';
import { ChildProcess, spawn, spawnSync } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';

const SCRIPT = join(__dirname, '..', '..', 'tests', 'engines', 'real_hub.py');

/** The user of the stories. */
const USER = 'alice';

/** A cluster in the gateway's own list. */
interface IListed {
  name: string;
  options: { profile: string };
}

/**
 * A real JupyterHub with dask-gateway as its service, for one worker.
 */
export class Hub {
  private constructor(
    private readonly process: ChildProcess,
    private readonly known: {
      url: string;
      password: string;
      token: string;
      secret: string;
    }
  ) {}

  /** Why none can run here; empty where one can. */
  static get missing(): string {
    return spawnSync('python', [SCRIPT, '--check'], { encoding: 'utf-8' })
      .stderr;
  }

  /** Start one and wait until it answers. */
  static async start(): Promise<Hub> {
    const python = spawn('python', [SCRIPT], {
      stdio: ['pipe', 'pipe', 'inherit']
    });
    for await (const line of createInterface({ input: python.stdout! })) {
      return new Hub(python, JSON.parse(line));
    }
    throw new Error('The hub did not start: it says above why.');
  }

  /** Stop it, and wait until nothing of it is left. */
  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.stdin!.end();
    await ended;
  }

  /** The address of the user's server, without a slash at its end. */
  get server(): string {
    return `${this.known.url}user/${USER}`;
  }

  /** What the environment of every user has and no page may show. */
  get secret(): string {
    return this.known.secret;
  }

  /** Log in as a person does, and wait for the server that this starts. */
  async login(context: BrowserContext): Promise<void> {
    const page = await context.newPage();
    await page.goto(`${this.known.url}hub/login`);
    await page.getByLabel('Username').fill(USER);
    await page.getByLabel('Password').fill(this.known.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${this.server}/lab**`, { timeout: 120000 });
    await page.close();
  }

  /** What the gateway itself says of the user's clusters. */
  async clusters(request: APIRequestContext): Promise<IListed[]> {
    const made = await request.post(
      `${this.known.url}hub/api/users/${USER}/tokens`,
      { headers: { Authorization: `token ${this.known.token}` }, data: {} }
    );
    const { token } = await made.json();
    const answer = await request.get(
      `${this.known.url}services/dask-gateway/api/v1/clusters/`,
      { headers: { Authorization: `jupyterhub ${token}` } }
    );
    expect(answer.ok()).toBe(true);
    return Object.values(await answer.json());
  }
}
