import { Page } from '@playwright/test';
import { execFileSync } from 'child_process';
import { join } from 'path';
import { Server } from './server';
import { collectErrors, expect, test as base } from './test';

const HOME = join(process.env.UI_TESTS_HOME!, 'beside');
/** Where dask-labextension is installed, for this test only. */
const PEER = join(HOME, 'packages');

/**
 * JupyterLab with dask-labextension. Its dependencies are in the environment of
 * the tests already.
 */
const test = base.extend<object, { server: Server }>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
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
          PYTHONPATH: [PEER, process.env.PYTHONPATH].filter(Boolean).join(':'),
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

/** Expect that the panes of dask-labextension show plots of a dashboard. */
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
 * Both extensions in one JupyterLab. Guards against panes that open only at the
 * second click or keep another cluster, and against stopping our cluster with
 * those of dask-labextension.
 */
test('the panes of dask-labextension show a cluster', async ({
  page,
  sidebar,
  server
}) => {
  const errors = collectErrors(page);
  await page.reload();
  await page.notebook.createNew('beside.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await row.click('dashboards');
  const show = page.getByRole('menuitem', {
    name: 'Show in dask-labextension'
  });
  await show.click();

  await page.sidebar.openTab('dask-dashboard-launcher');
  const address = page.getByPlaceholder('DASK DASHBOARD URL');
  await expect(address).toHaveValue(
    /^cluster-launcher\/dashboard\/\w+\/status$/
  );
  const ours = await address.inputValue();
  const ourUrl = `${server.url}/${ours.replace('status', '')}`;
  await expectPanes(page, ourUrl);

  // A cluster of dask-labextension, which its panes then show.
  await page.getByRole('button', { name: 'NEW', exact: true }).click();
  // As long as dask-labextension takes: its workers import everything anew.
  await expect(address).toHaveValue(/^dask\/dashboard\//, { timeout: 150000 });
  await expectPanes(page, `${server.url}/${await address.inputValue()}/`);

  await sidebar.open();
  await expect(sidebar.rows).toHaveCount(1);
  await row.click('dashboards');
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
