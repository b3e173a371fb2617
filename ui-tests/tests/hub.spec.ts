import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { Hub } from './hub';
import { Row } from './sidebar';
import { screenshot } from './screenshot';
import { expect, test as base } from './test';

/** What the person computes, to know that the cluster works. */
const COMPUTE = 'client.submit(lambda: 6 * 7).result()';

/**
 * JupyterLab on a real hub, for a person who has logged in.
 */
const test = base.extend<object, { hub: Hub }>({
  hub: [
    // Playwright wants to see which fixtures are used: none.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const hub = await Hub.start();
      await use(hub);
      await hub.stop();
    },
    { scope: 'worker', timeout: 120000 }
  ],
  baseURL: ({ hub }, use) => use(hub.server),
  autoGoto: false,
  // Galata's mocks ask over connections that the hub's proxy closes when idle.
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

/** Run the inserted cell, and compute with it in the next one. */
async function compute(page: IJupyterLabPageFixture): Promise<void> {
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('Gateway().connect(');
  await page.notebook.runCell(0, true);
  await page.notebook.addCell('code', COMPUTE);
  await page.notebook.runCell(1, true);
  expect(await page.notebook.getCellTextOutput(1)).toEqual(['42']);
}

/** Open the dashboard of a cluster, which the gateway serves. */
async function look(page: IJupyterLabPageFixture, row: Row): Promise<void> {
  await row.press('dashboards');
  await page.getByRole('menuitem', { name: 'Open Dashboard' }).click();
  const frame = page.locator('iframe[title^="Dashboard"]');
  await expect(frame).toHaveAttribute(
    'src',
    /services\/dask-gateway\/clusters/
  );
  await expect(frame.contentFrame().locator('body')).toContainText('Workers');
}

/**
 * Any dask-gateway. Guards against an address that forgets the hub's prefix, a
 * form that does not show what the gateway declares, and clusters left there.
 */
test('launch with a profile of the gateway, compute, scale, look, stop', async ({
  page,
  sidebar,
  hub,
  request
}) => {
  await page.notebook.createNew('gateway.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('nebari');
  await sidebar.setWorkers(1);
  const options = await sidebar.unfold('options');
  await options.getByLabel('Cluster Profile').selectOption('Medium Worker');
  const variables = options.getByRole('group', {
    name: 'Environment Variables'
  });
  await expect(variables.getByLabel('AWS_SECRET_ACCESS_KEY')).toBeChecked();
  await variables.getByLabel('AWS_DEFAULT_REGION').uncheck();
  await screenshot(page, 'gateway-form');
  const row = await sidebar.launch();

  await row.toHaveWorkers(1);
  const [made] = await hub.clusters(request);
  expect(made.options.profile).toBe('Medium Worker');
  expect(await page.content()).not.toContain(hub.secret);
  await compute(page);

  await row.scale(2);
  await row.toHaveWorkers(2);

  await look(page, row);
  await row.stop();
  expect(await hub.clusters(request)).toEqual([]);
});

/**
 * ESIP-QHUB. Guards against a platform that is grey although the hub's shared
 * folder has the library, and against a cluster that outlives its row.
 */
test('launch through ebdpy, compute, scale, look, stop', async ({
  page,
  sidebar,
  hub,
  request
}) => {
  await page.notebook.createNew('esip.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('esip-qhub');
  await sidebar.setWorkers(1);
  const options = await sidebar.unfold('options');
  await options.getByLabel('Kind of worker').fill('Small Worker');
  const row = await sidebar.launch();

  await row.toHaveWorkers(1);
  const [made] = await hub.clusters(request);
  expect(made.options.profile).toBe('Small Worker');
  await compute(page);

  await row.scale(2);
  await row.toHaveWorkers(2);
  await look(page, row);
  await row.stop();
  expect(await hub.clusters(request)).toEqual([]);
});
