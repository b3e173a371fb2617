import { expect, Page, test } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { checkAsShown } from './axe';
import { NOTEBOOK } from './emptynotebook';
import { Server } from './server';
import { Environment } from './wheel';

/**
 * The wheel in every supported JupyterLab and Notebook 7. Guards against APIs
 * that some releases, or Notebook, do not have.
 *
 * The oldest first: they are installed one after the other in one environment,
 * which takes seconds. `make test` tries the oldest and the newest only.
 */
const RELEASES = [
  { lab: '4.2', notebook: '7.2' },
  { lab: '4.3', notebook: '7.3' },
  { lab: '4.4', notebook: '7.4' },
  { lab: '4.5', notebook: '7.5' },
  { lab: '4.6', notebook: '7.6' }
];

/** The parts of the page that are ours. */
const PARTS = [
  '#jp-cluster-launcher',
  '.jp-ClusterLauncher-toolbarItem',
  '.jp-ClusterLauncher-logs'
];

const HOME = join(process.env.UI_TESTS_HOME!, 'releases');
const environment = new Environment('releases');

for (const { lab, notebook } of RELEASES) {
  const ends = [RELEASES[0].lab, RELEASES[RELEASES.length - 1].lab];
  const tag = ends.includes(lab) ? [] : '@long';
  test.describe(`JupyterLab ${lab} and Notebook ${notebook}`, { tag }, () => {
    const home = join(HOME, lab);
    const root = join(home, 'root');
    let server: Server;

    test.beforeAll(async () => {
      // The first installation takes longest.
      test.setTimeout(600000);
      environment.install(`jupyterlab==${lab}.*`, `notebook==${notebook}.*`);
      mkdirSync(root, { recursive: true });
      server = await Server.start(
        join(environment.bin, 'jupyter-lab'),
        home,
        [
          '--LabApp.expose_app_in_browser=True',
          '--JupyterNotebookApp.expose_app_in_browser=True',
          `--ServerApp.root_dir=${root}`
        ],
        { PATH: `${environment.bin}:${process.env.PATH}` }
      );
    });

    test.afterAll(() => server?.stop());

    test.beforeEach(() =>
      writeFileSync(join(root, 'a.ipynb'), JSON.stringify(NOTEBOOK))
    );

    test(`JupyterLab ${lab}`, ({ page }) =>
      story(page, `${server.url}/lab/tree/a.ipynb?reset`, lab));

    test(`Notebook ${notebook}`, ({ page }) =>
      story(page, `${server.url}/notebooks/a.ipynb`, notebook));

    if (lab === RELEASES[RELEASES.length - 1].lab) {
      test(`the toolbar of Notebook ${notebook}`, ({ page }) =>
        toolbarStory(page, `${server.url}/notebooks/a.ipynb`));
    }
  });
}

/** Launch, find the code in the notebook, show the logs, stop. */
async function story(page: Page, url: string, release: string): Promise<void> {
  const failed: string[] = [];
  page.on('console', message => {
    // JupyterLab warns of each plugin that is slow, as on a busy machine.
    const isOurs = message.text().includes('jupyter-cluster-launcher');
    if (message.type() === 'error' && isOurs) {
      failed.push(message.text());
    }
  });
  await page.goto(url);
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
  await expect
    .poll(() =>
      page.evaluate(() =>
        (window as any).jupyterapp?.commands.hasCommand('cluster-launcher:open')
      )
    )
    .toBe(true);
  const version = await page.evaluate(async () => {
    const app = (window as any).jupyterapp;
    await app.restored;
    await app.commands.execute('cluster-launcher:open');
    return app.version;
  });
  expect(version).toMatch(new RegExp(`^${release}\\.`));
  const sidebar = page.locator('#jp-cluster-launcher');
  const workers = sidebar.getByLabel('Workers', { exact: true });
  // A notebook that was just opened may take the focus and the input.
  await expect(async () => {
    await workers.fill('2');
    await expect(workers).toHaveValue('2', { timeout: 1000 });
  }).toPass();
  await sidebar.locator('[data-fold=options] summary').click();
  await sidebar.getByLabel('Threads per worker').fill('1');
  await sidebar.getByRole('button', { name: 'Launch', exact: true }).click();
  await expect(sidebar.getByText(/^2 workers/)).toBeVisible({
    timeout: 60000
  });
  await expect(page.locator('.jp-Cell').first()).toContainText('connect(');
  await expect(
    page.locator('.jp-ClusterLauncher-toolbarItem button')
  ).toHaveAccessibleName(/^Dask cluster of this notebook: .*, 2 workers$/);
  await sidebar.locator('[data-action=logs]').click();
  await expect(page.getByRole('log')).toContainText('Scheduler at');
  await sidebar.getByRole('button', { name: /^Stop / }).click();
  await expect(sidebar.locator('.jp-ClusterLauncher-row')).toHaveCount(0);
  expect(failed).toEqual([]);
}

/** Launch a cluster on this computer that no notebook uses, as in a terminal. */
async function launchElsewhere(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { baseUrl } = (window as any).jupyterapp.serviceManager
      .serverSettings;
    const xsrf = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
    const response = await fetch(`${baseUrl}cluster-launcher/clusters`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-XSRFToken': xsrf },
      body: JSON.stringify({ platform: 'local', workers: 1 })
    });
    if (!response.ok) {
      throw new Error(await response.text());
    }
  });
}

/**
 * From the toolbar of a notebook in Notebook 7 to a result, the logs and the end,
 * without the sidebar but for the form. Guards against a menu whose items do
 * nothing there, logs in a column that is too narrow to read, and parts that look
 * or are named otherwise there, so that not all users can read them.
 */
/* eslint-disable jupyter/galata-prefer-menu-helper, jupyter/galata-prefer-notebook-cell-helper --
   Galata does not know Notebook 7. */
async function toolbarStory(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const item = page.locator('.jp-ClusterLauncher-toolbarItem button');
  await expect(item).toContainText('No cluster');
  const cell = page.locator('.jp-Cell').first();
  const menu = page.getByRole('menu').last();
  await launchElsewhere(page);
  await expect(async () => {
    await page.keyboard.press('Escape');
    await item.click();
    const other = menu.getByRole('menuitem', { name: /^Connect to / });
    await expect(other).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 60000 });
  await page.keyboard.press('Escape');
  const choose = async (name: RegExp): Promise<void> => {
    await item.click();
    await menu.getByRole('menuitem', { name }).click();
  };
  await choose(/^New Cluster…/);
  const sidebar = page.locator('#jp-cluster-launcher');
  // With a cluster, the form is a line until it is asked for.
  const form = sidebar.getByRole('form', { name: 'Launch a cluster' });
  await expect(form).toHaveAttribute('data-open', 'true');
  await expect(form.locator('*:focus')).toHaveCount(1);
  const workers = sidebar.getByLabel('Workers', { exact: true });
  await expect(async () => {
    await workers.fill('1');
    await expect(workers).toHaveValue('1', { timeout: 1000 });
  }).toPass();
  await sidebar.getByRole('button', { name: 'Launch', exact: true }).click();
  await expect(item).toContainText('Running', { timeout: 60000 });
  await expect(cell).toContainText('connect(');
  await cell.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('\nclient.submit(lambda: 6 * 7).result()');
  await page.keyboard.press('Control+Enter');
  await expect(cell.locator('.jp-OutputArea-output').last()).toHaveText('42', {
    timeout: 60000
  });

  await choose(/^Show Logs/);
  const log = page.getByRole('log');
  await expect(log).toContainText('Scheduler at');
  const { height, width } = (await log.boundingBox())!;
  expect(width).toBeGreaterThan(600);
  expect(height).toBeGreaterThan(100);
  await checkAsShown(page, PARTS, 'Notebook');
  await page.getByRole('menuitem', { name: 'Kernel', exact: true }).click();
  const items = page.locator('.lm-Menu-item');
  await items.filter({ hasText: 'Dask Cluster' }).click();
  await items.filter({ hasText: 'Stop Cluster' }).click();
  // A question comes first if the result is known to be there by now.
  const stop = page.locator('.jp-Dialog').getByRole('button', { name: 'Stop' });
  await expect(async () => {
    if (await stop.isVisible()) {
      await stop.click();
    }
    await expect(item).toContainText('Stopped', { timeout: 500 });
  }).toPass();
  await choose(/^Launch Cluster Again/);
  await expect(item).toContainText('Running', { timeout: 60000 });
}
