import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { expect } from '@playwright/test';
import { spawnSync } from 'child_process';
import { Script, scriptPath } from './script';

const SCRIPT = 'real_hub.py';

/** The user of the tests. */
const USER = 'alice';

/** What the script prints. */
interface IHubInfo {
  url: string;
  password: string;
  token: string;
  secret: string;
}

/** A cluster as the gateway lists it. */
interface IGatewayCluster {
  name: string;
  options: { profile: string };
}

/**
 * A real JupyterHub with dask-gateway as its service, for one worker.
 */
export class Hub {
  private constructor(private readonly script: Script<IHubInfo>) {}

  /** Why no hub can run here; empty if one can. */
  static get missing(): string {
    const args = [scriptPath(SCRIPT), '--check'];
    return spawnSync('python', args, { encoding: 'utf-8' }).stderr;
  }

  /** Start a hub and wait until it is ready. */
  static async start(): Promise<Hub> {
    return new Hub(await Script.start<IHubInfo>(SCRIPT));
  }

  /** Stop the hub, and wait until all of its processes have ended. */
  async stop(): Promise<void> {
    await this.script.stop();
  }

  /** The URL of the user's server, without a trailing slash. */
  get server(): string {
    return `${this.script.info.url}user/${USER}`;
  }

  /** A secret in the environment of every user, which no page may contain. */
  get secret(): string {
    return this.script.info.secret;
  }

  /** Log in with the form, and wait for the server that this starts. */
  async login(context: BrowserContext): Promise<void> {
    const { password, url } = this.script.info;
    const page = await context.newPage();
    await page.goto(`${url}hub/login`);
    await page.getByLabel('Username').fill(USER);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${this.server}/lab**`, { timeout: 120000 });
    await page.close();
  }

  /** List the clusters of the user with the API of the gateway. */
  async clusters(request: APIRequestContext): Promise<IGatewayCluster[]> {
    const { token: adminToken, url } = this.script.info;
    const created = await request.post(`${url}hub/api/users/${USER}/tokens`, {
      headers: { Authorization: `token ${adminToken}` },
      data: {}
    });
    const { token } = await created.json();
    const response = await request.get(
      `${url}services/dask-gateway/api/v1/clusters/`,
      { headers: { Authorization: `jupyterhub ${token}` } }
    );
    expect(response.ok()).toBe(true);
    return Object.values(await response.json());
  }
}
