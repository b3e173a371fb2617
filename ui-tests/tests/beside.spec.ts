import { Page } from '@playwright/test';
import { execFileSync } from 'child_process';
import { join } from 'path';
import { Server } from './server';
import { expect, test as base } from './test';

const HOME = join(process.env.UI_TESTS_HOME!, 'beside');
/** Where dask-labextension is, so that no other test has it. */
const PEER = join(HOME, 'packages');

/**
 * JupyterLab with dask-labextension beside ours. What that needs is in the
 * environment of the tests already, so it is one package in a folder.
 */
const test = base.extend<object, { server: Server }>({
  server: [
    // Playwright wants to see which fixtures are used: none.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      execFileSync(
        'pip',
        [
          'install',
          '--quiet',
          '--no-deps',
          `--target=${PEER}`,
          'dask-labextension==7.*'
        ],
        { stdio: 'pipe' }
      );
      const config = join(__dirname, '..', 'jupyter_server_test_config.py');
      const server = await Server.start(
        'jupyter-lab',
        HOME,
        [`--config=${config}`],
        {
          PYTHONPATH: PEER,
          JUPYTER_CONFIG_PATH: join(PEER, 'etc', 'jupyter'),
          JUPYTER_PATH: join(PEER, 'share', 'jupyter')
        }
      );
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120000 }
  ],
  baseURL: ({ server }, use) => use(server.url)
});

// High enough for the list of clusters below the plots of dask-labextension.
test.use({ viewport: { width: 1280, height: 1500 } });

/** Expect that the panes of dask-labextension show plots at this address. */
async function expectPanes(page: Page, url: string): Promise<void> {
  const frames = page.locator('.dask-DaskDashboard-widget iframe');
  await expect(frames).toHaveCount(3);
  for (const frame of await frames.all()) {
    await expect(frame).toHaveAttribute(
      'src',
      new RegExp(`^${url}individual-`)
    );
    await expect(frame.contentFrame().locator('canvas').first()).toBeVisible();
  }
}

/**
 * Both live side by side, and its panes show our cluster at one click. Guards
 * against panes that open at the second click only, that stay with another
 * cluster, and against clusters that end with those of the other extension.
 */
test('the panes of dask-labextension show our cluster', async ({
  page,
  sidebar,
  server
}) => {
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error') {
      errors.push(message.text());
    }
  });
  await page.reload();
  await page.notebook.createNew('beside.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await row.press('dashboards');
  const show = page.getByRole('menuitem', { name: 'Show in the Dask Panes' });
  await show.click();

  await page.sidebar.openTab('dask-dashboard-launcher');
  const address = page.getByPlaceholder('DASK DASHBOARD URL');
  await expect(address).toHaveValue(/^proxy\/\d+\/status$/);
  const ours = await address.inputValue();
  const ourUrl = `${server.url}/${ours.replace('status', '')}`;
  await expectPanes(page, ourUrl);

  // A cluster of its own, which its panes turn to.
  await page.getByRole('button', { name: 'NEW', exact: true }).click();
  await expect(address).toHaveValue(/^dask\/dashboard\//);
  await expectPanes(page, `${server.url}/${await address.inputValue()}/`);

  await sidebar.open();
  await expect(sidebar.rows).toHaveCount(1);
  await row.press('dashboards');
  await show.click();
  await expectPanes(page, ourUrl);

  await page.sidebar.openTab('dask-dashboard-launcher');
  await expect(address).toHaveValue(ours);
  const theirs = page.locator('.dask-ClusterListingItem');
  await expect(theirs).toHaveCount(1);
  await theirs.getByRole('button', { name: 'SHUTDOWN' }).click();
  await expect(theirs).toHaveCount(0);

  await sidebar.open();
  await row.toHaveWorkers(1);
  await expectPanes(page, ourUrl);
  expect(errors).toEqual([]);
  await row.stop();
});
