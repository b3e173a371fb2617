import { Browser, expect, Locator, Page, test } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { NOTEBOOK } from './emptynotebook';
import { Server } from './server';
import { Environment } from './wheel';

const HOME = join(process.env.UI_TESTS_HOME!, 'shared');

/** A user who has the notebook open, in a browser of their own. */
class User {
  private constructor(readonly page: Page) {}

  /** Open the notebook and the sidebar. */
  static async join(browser: Browser, url: string): Promise<User> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${url}/lab/tree/a.ipynb?reset`);
    await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
    await page.evaluate(async () => {
      const app = (window as any).jupyterapp;
      await app.restored;
      await app.commands.execute('cluster-launcher:open');
    });
    return new User(page);
  }

  /** The cells that connect, from the top. */
  get cells(): Locator {
    return this.page.locator('.jp-Cell', { hasText: 'connect(' });
  }

  /** Launch a cluster, and wait until its code is inserted. */
  async launch(name: string): Promise<void> {
    const sidebar = this.page.locator('#jp-cluster-launcher');
    const form = sidebar.getByRole('form', { name: 'Launch a cluster' });
    const field = form.getByLabel('Name', { exact: true });
    // A notebook that was just opened may take the focus and the input, and a
    // cluster of the other user may fold the form.
    await expect(async () => {
      if ((await form.getAttribute('data-open')) !== 'true') {
        await sidebar.locator('[data-action=new]').click({ timeout: 1000 });
      }
      if (!(await field.isVisible())) {
        await form.getByText('Name and lifetime').click({ timeout: 1000 });
      }
      await field.fill(name, { timeout: 1000 });
      await expect(field).toHaveValue(name, { timeout: 1000 });
    }).toPass();
    await form.getByRole('button', { name: 'Launch', exact: true }).click();
    await expect(
      this.page.locator('.jp-ClusterLauncher-toolbarItem button')
    ).toContainText(name, { timeout: 60000 });
  }
}

/**
 * Two users with one notebook, in real-time collaboration. Guards against a launch
 * of one that rewrites the cell of the other.
 */
test('users who share a notebook have a cell each', async ({ browser }) => {
  test.setTimeout(600000); // for the installation
  const environment = new Environment('shared');
  environment.install(
    'jupyterlab==4.6.*',
    'notebook==7.6.*',
    'jupyter-collaboration'
  );
  const root = join(HOME, 'root');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'a.ipynb'), JSON.stringify(NOTEBOOK));
  const server = await Server.start(
    join(environment.bin, 'jupyter-lab'),
    HOME,
    [
      '--LabApp.expose_app_in_browser=True',
      '--ServerApp.disable_check_xsrf=True',
      `--ServerApp.root_dir=${root}`
    ],
    { PATH: `${environment.bin}:${process.env.PATH}` }
  );
  try {
    const one = await User.join(browser, server.url);
    const two = await User.join(browser, server.url);
    await one.launch('Tides');
    await expect(two.cells).toHaveText(/connect\("Tides"\)/);
    await two.launch('Waves');
    const both = [/connect\("Waves"\)/, /connect\("Tides"\)/];
    for (const { cells } of [one, two]) {
      await expect(cells).toHaveCount(2);
      const texts = await cells.allInnerTexts();
      both.forEach(call => expect(texts.join()).toMatch(call));
    }
    // Another launch is in the place of the user's own.
    await one.launch('Rivers');
    for (const { cells } of [one, two]) {
      await expect(cells.filter({ hasText: '"Rivers"' })).toHaveCount(1);
      await expect(cells.filter({ hasText: '"Waves"' })).toHaveCount(1);
      await expect(cells.filter({ hasText: '"Tides"' })).toHaveCount(0);
    }
  } finally {
    await stopAll(server.url);
    // jupyter-collaboration keeps the process from ending by itself.
    await server.kill();
  }
});

/** Stop all clusters of a server, and wait until nothing is left of them. */
async function stopAll(url: string): Promise<void> {
  const path = `${url}/cluster-launcher/clusters`;
  const list = async (): Promise<{ id: string }[]> =>
    (await fetch(path)).json();
  for (const { id } of await list()) {
    await fetch(`${path}/${id}`, { method: 'DELETE' });
  }
  await expect.poll(list, { timeout: 60000 }).toEqual([]);
}
