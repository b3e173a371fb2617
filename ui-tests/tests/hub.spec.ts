import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { checkWithAxe } from './axe';
import { Hub } from './hub';
import { Row } from './sidebar';
import { screenshot } from './screenshot';
import { expect, test as base } from './test';

/** A computation that shows that the cluster works. */
const COMPUTE = 'client.submit(lambda: 6 * 7).result()';

/**
 * JupyterLab on a real hub, for a user who has logged in.
 */
const test = base.extend<object, { hub: Hub }>({
  hub: [
    // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
    async ({}, use) => {
      const hub = await Hub.start();
      await use(hub);
      await hub.stop();
    },
    { scope: 'worker', timeout: 120000 }
  ],
  baseURL: ({ hub }, use) => use(hub.server),
  autoGoto: false,
  // The mocks of Galata use connections that the proxy of the hub closes.
  kernels: null,
  sessions: null,
  terminals: null,
  page: async ({ page, hub }, use) => {
    await hub.login(page.context());
    await page.goto('?reset');
    await use(page);
  }
});

const missing = Hub.missing;
test.skip(!!missing && !process.env.CI, missing);

/** Run the inserted cell, and a computation in the next one. */
async function compute(page: IJupyterLabPageFixture): Promise<void> {
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  await page.notebook.runCell(0, true);
  await page.notebook.addCell('code', COMPUTE);
  await page.notebook.runCell(1, true);
  expect(await page.notebook.getCellTextOutput(1)).toEqual(['42']);
}

/** Open the dashboard of a cluster, which the gateway serves. */
async function openDashboard(
  page: IJupyterLabPageFixture,
  row: Row
): Promise<void> {
  await row.click('dashboards');
  await page
    .getByRole('menuitem', { name: 'Open Dashboard', exact: true })
    .click();
  const frame = page.locator('iframe[title^="Dashboard"]');
  await expect(frame).toHaveAttribute(
    'src',
    /services\/dask-gateway\/clusters/
  );
  await expect(frame.contentFrame().locator('body')).toContainText('Workers');
}

/** Compute on a cluster, scale it, open its dashboard and stop it. */
async function useCluster(
  page: IJupyterLabPageFixture,
  row: Row
): Promise<void> {
  await compute(page);
  await row.scale(2);
  await row.toHaveWorkers(2);
  await openDashboard(page, row);
  await row.stop();
}

/**
 * A dask-gateway. Guards against a URL without the prefix of the hub, a form
 * without the options of the gateway, and clusters that are not stopped.
 */
test('launch with a profile of the gateway, compute, scale, open the dashboard, stop', async ({
  page,
  sidebar,
  hub,
  request
}) => {
  await page.notebook.createNew('gateway.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('nebari');
  await sidebar.setWorkers(1);
  const options = await sidebar.expand('options');
  await options.getByLabel('Cluster Profile').selectOption('Medium Worker');
  const variables = options.getByRole('group', {
    name: 'Environment Variables'
  });
  await expect(variables.getByLabel('AWS_SECRET_ACCESS_KEY')).toBeChecked();
  await variables.getByLabel('AWS_DEFAULT_REGION').uncheck();
  await screenshot(page, 'gateway-form');
  await checkWithAxe(page, '#jp-cluster-launcher');
  const row = await sidebar.launch();

  await row.toHaveWorkers(1);
  const [created] = await hub.clusters(request);
  expect(created.options.profile).toBe('Medium Worker');
  expect(await page.content()).not.toContain(hub.secret);
  await useCluster(page, row);
  expect(await hub.clusters(request)).toEqual([]);
});

/**
 * ESIP-QHUB. Guards against a platform that is disabled although the shared
 * folder of the hub has the library, and a cluster that is not stopped.
 */
test('launch with ebdpy, compute, scale, open the dashboard, stop', async ({
  page,
  sidebar,
  hub,
  request
}) => {
  await page.notebook.createNew('esip.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('esip-qhub');
  await sidebar.setWorkers(1);
  const options = await sidebar.expand('options');
  await options.getByLabel('Kind of worker').fill('Small Worker');
  const row = await sidebar.launch();

  await row.toHaveWorkers(1);
  const [created] = await hub.clusters(request);
  expect(created.options.profile).toBe('Small Worker');
  await useCluster(page, row);
  expect(await hub.clusters(request)).toEqual([]);
});
