import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { checkWithAxe } from './axe';
import { Scheduler } from './scheduler';
import { screenshot } from './screenshot';
import { Row, Sidebar } from './sidebar';
import { expect, test as base } from './test';

/** A computation that shows that the cluster works. */
const COMPUTE = 'client.submit(lambda: 6 * 7).result()';

/** A cell that makes a cluster without the launcher. */
const MAKE =
  'from dask.distributed import LocalCluster\n' +
  'mine = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0")';

/**
 * JupyterLab, and a scheduler that runs without it.
 */
const test = base.extend<{ scheduler: Scheduler; encrypted: Scheduler }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
  scheduler: async ({}, use) => {
    const scheduler = await Scheduler.start();
    await use(scheduler);
    await scheduler.stop();
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
  encrypted: async ({}, use) => {
    const scheduler = await Scheduler.startEncrypted();
    await use(scheduler);
    await scheduler.stop();
  }
});

/** The clusters that were found. */
function found(sidebar: Sidebar): Locator {
  return sidebar.form.locator('[data-fold="found"]').getByRole('listitem');
}

/** Join a cluster with a button, and wait for its row. */
async function join(sidebar: Sidebar, button: Locator): Promise<Row> {
  await button.click();
  await expect(sidebar.rows).toHaveCount(1);
  const row = new Row(sidebar.rows.first());
  await row.toBe('running');
  return row;
}

/** The field for a scheduler, and the button beside it. */
function target(sidebar: Sidebar): Locator {
  return sidebar.form.getByLabel('Address or scheduler file');
}

function joinButton(sidebar: Sidebar): Locator {
  return sidebar.form.getByRole('button', { name: 'Join', exact: true });
}

/** Leave a cluster, which goes on. */
async function leave(page: IJupyterLabPageFixture, row: Row): Promise<void> {
  await row.click('stop');
  const dialog = page.locator('.jp-Dialog');
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await row.toBeRemoved();
}

/** Open the dashboard of a cluster. */
async function openDashboard(
  page: IJupyterLabPageFixture,
  row: Row
): Promise<void> {
  await row.click('dashboards');
  await page
    .getByRole('menuitem', { name: 'Open Dashboard', exact: true })
    .click();
  await expect(
    page.frameLocator('iframe[title^="Dashboard"]').locator('canvas').first()
  ).toBeVisible();
}

/** Compute with the inserted code, which connects. */
async function compute(page: IJupyterLabPageFixture): Promise<void> {
  const cells = page.locator('.jp-Notebook .jp-CodeCell');
  await expect(cells.filter({ hasText: 'connect(' })).toHaveCount(1);
  const texts = await cells.allInnerTexts();
  const inserted = texts.findIndex(text => text.includes('connect('));
  await page.notebook.runCell(inserted, true);
  expect(await run(page, COMPUTE)).toEqual(['42']);
}

/** Run code in a new cell, and return its output. */
async function run(
  { notebook }: IJupyterLabPageFixture,
  code: string
): Promise<string[] | null> {
  await notebook.addCell('code', code);
  const last = (await notebook.getCellCount()) - 1;
  await notebook.runCell(last, true);
  return notebook.getCellTextOutput(last);
}

/**
 * A cluster made by hand in a notebook. Guards against one that only its notebook
 * knows, and against a row that stays when the notebook has closed it.
 */
test('a cluster made in a cell is found, joined, used and closed', async ({
  page,
  sidebar
}) => {
  await page.notebook.createNew('made.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('running');
  const entries = found(sidebar);
  const none = sidebar.form.getByText('You have no other running clusters.');
  await expect(none).toBeVisible();
  await page.notebook.setCell(0, 'code', MAKE);
  await page.notebook.runCell(0, true);
  await expect(entries).toHaveCount(1);
  await expect(entries.getByText(/^2 workers, 2 threads/)).toBeVisible();
  await screenshot(page, 'found');
  await checkWithAxe(page, '#jp-cluster-launcher');

  const row = await join(
    sidebar,
    entries.getByRole('button', { name: /^Join/ })
  );
  await row.toHaveWorkers(2);
  await compute(page);
  await expect(row.root.getByText(/CPU \d+%/)).toBeVisible();
  await openDashboard(page, row);

  await page.notebook.activate('made.ipynb');
  await run(page, 'mine.close()');
  await row.toBe('closed');
  await row.stop();
  await sidebar.openForm();
  await expect(none).toBeVisible();
});

/**
 * A scheduler that runs in a terminal. Guards against a form that cannot join it,
 * and one that ends when it is left.
 */
test('join a running scheduler by its address, compute, leave', async ({
  page,
  sidebar,
  scheduler
}) => {
  await page.notebook.createNew('join.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('running');
  await target(sidebar).fill(scheduler.address);
  const row = await join(sidebar, joinButton(sidebar));
  await row.toHaveWorkers(1);
  await compute(page);
  await openDashboard(page, row);

  await leave(page, row);
  expect(scheduler.isRunning).toBe(true);
  await page.notebook.activate('join.ipynb');
  expect(await run(page, COMPUTE)).toEqual(['42']);
});

/**
 * A scheduler that encrypts, of a user whose Dask configuration names the files.
 * Guards against an address or a file that only a terminal can join.
 */
test('join an encrypted scheduler by its file and by its address', async ({
  page,
  sidebar,
  encrypted
}) => {
  await page.notebook.createNew('encrypted.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('running');
  await target(sidebar).fill(encrypted.file);
  const byFile = await join(sidebar, joinButton(sidebar));
  await byFile.toHaveWorkers(1);
  await compute(page);
  await leave(page, byFile);

  await sidebar.openForm();
  await sidebar.pickPlatform('running');
  expect(encrypted.address).toMatch(/^tls:/);
  await target(sidebar).fill(encrypted.address);
  const byAddress = await join(sidebar, joinButton(sidebar));
  await byAddress.toHaveWorkers(1);
  await leave(page, byAddress);
  expect(encrypted.isRunning).toBe(true);
});
