import { checkWithAxe } from './axe';
import { screenshot } from './screenshot';
import { Sidebar } from './sidebar';
import { expect, test } from './test';

/** A computation with a hundred short tasks. */
const WORK =
  'import time\n' +
  'sum(client.gather(client.map(lambda n: time.sleep(0.05) or n, range(100))))';

/**
 * The dashboard and its plots in tabs. Guards against URLs without the base URL,
 * a menu without plots, and tabs that are not restored.
 */
test('dashboards open in tabs and are restored after a reload', async ({
  page,
  sidebar
}) => {
  await page.notebook.createNew('plots.ipynb');
  await sidebar.open();
  await sidebar.setWorkers(2);
  const row = await sidebar.launch();
  await row.toHaveWorkers(2);
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  await page.notebook.runCell(0, true);
  const link = page.locator('.jp-OutputArea-output a[href$="/status"]');
  await expect(link.first()).toHaveAttribute(
    'href',
    /^\/lab-test\/cluster-launcher\/dashboard\/\w+\/status$/
  );

  const pick = async (item: string): Promise<void> => {
    await row.click('dashboards');
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };
  await pick('Open Dashboard');
  await expect(
    page.frameLocator('iframe[title^="Dashboard"]').locator('body')
  ).toContainText('Workers');
  await expect(
    page.frameLocator('iframe[title^="Dashboard"]').locator('canvas').first()
  ).toBeVisible();
  await row.click('dashboards');
  await screenshot(page, 'plots-menu');
  await page.keyboard.press('Escape');
  // The layout is saved shortly after a change.
  const saved = page.waitForResponse(
    response =>
      response.url().includes('/api/workspaces/') &&
      response.request().method() === 'PUT'
  );
  await pick('Task Stream');
  const plot = page.frameLocator('iframe[title^="Task Stream"]');
  await expect(plot.locator('canvas').first()).toBeAttached();
  await page.notebook.activate('plots.ipynb');
  await page.notebook.addCell('code', WORK);
  await page.notebook.runCell(1, true);
  await expect.poll(() => page.notebook.getCellTextOutput(1)).toEqual(['4950']);
  await screenshot(page, 'dashboard');
  await checkWithAxe(page, '.jp-ClusterLauncher-pane:not(.lm-mod-hidden)');

  await page.evaluate(() =>
    window.jupyterapp.commands.execute('docmanager:save')
  );
  await saved;
  await page.reload({ waitForIsReady: false });
  await expect(
    page.getByRole('tab', { name: /^Task Stream · This computer 1/ })
  ).toBeVisible();
  await sidebar.open();
  await row.stop();
  const note = page
    .getByText('This computer 1 has stopped.')
    .filter({ visible: true });
  const pane = page.locator('.jp-ClusterLauncher-pane', { has: note });
  await expect(note).toBeVisible();
  expect((await note.boundingBox())!.y).toBeLessThan(
    (await pane.boundingBox())!.y + 60
  );
  await checkWithAxe(page, '.jp-ClusterLauncher-pane:not(.lm-mod-hidden)');
});

/**
 * A cluster that fails to start. Guards against a reason that is only in the log
 * of the server, and a row that disappears.
 */
test('a failed cluster shows its reason and its logs', async ({
  page,
  sidebar
}) => {
  await sidebar.open();
  await sidebar.pickPlatform('failing');
  const row = await sidebar.launch();
  await row.toBe('failed');
  await expect(row.root).toContainText('unknown address scheme');
  await row.root.getByRole('button', { name: 'Show logs' }).click();
  const log = page.getByRole('log');
  await expect(log).toContainText('Traceback');
  await page.getByLabel('Level').selectOption('Errors');
  await expect(log).toContainText('Traceback');
  await page.getByRole('searchbox', { name: 'Find' }).fill('nonsense');
  await page.getByLabel('Matching lines only').check();
  await expect(log).not.toContainText('Traceback');
  await expect(log).toContainText('nonsense');
  await screenshot(page, 'failed');
  await row.root.getByRole('button', { name: /^Dismiss: / }).click();
  await row.toBeRemoved();
});

/**
 * Two windows on one server. Guards against an outdated window.
 */
test('two windows show the same', async ({
  page,
  sidebar,
  browser,
  baseURL
}) => {
  await sidebar.open();
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  const id = await row.id();

  const other = await browser.newPage();
  await other.goto(`${baseURL}/lab/workspaces/other?reset`);
  await other
    .getByRole('tab', { name: 'Dask Clusters' })
    .click({ timeout: 60000 });
  const twin = new Sidebar(other as any).rowOf(id);
  await twin.toHaveWorkers(1);
  await twin.scale(2);
  await row.toHaveWorkers(2);
  await row.root.getByRole('button', { name: /^Rename/ }).click();
  await row.root.getByLabel('Cluster name').fill('tides');
  await page.keyboard.press('Enter');
  await expect(twin.root.getByText('tides')).toBeVisible();
  await row.stop();
  await twin.toBeRemoved();
  await other.close();
});

/**
 * The places where users look for commands. Guards against commands that users
 * cannot find.
 */
test('palette, menus, launcher, status bar, Running panel', async ({
  page,
  sidebar
}) => {
  const cards = page
    .locator('.jp-Launcher-section', { hasText: 'Dask Cluster' })
    .locator('.jp-LauncherCard');
  await cards.filter({ hasText: 'This computer' }).click();
  await expect(
    sidebar.form.getByRole('button', { name: /^Platform: This computer/ })
  ).toBeVisible();
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await expect(
    page.locator('.jp-ClusterLauncher-status').getByText('1 worker')
  ).toBeVisible();
  for (const [menu, item] of [
    ['View', 'Dask Clusters'],
    ['Kernel>Dask Cluster', 'Stop Cluster']
  ]) {
    await page.menu.open(menu);
    await expect(
      page.getByRole('menuitem', { name: item, exact: true })
    ).toBeVisible();
  }
  await page.menu.closeAll();

  await page.sidebar.openTab('jp-running-sessions');
  const section = page
    .getByRole('region', { name: 'Dask Clusters Section' })
    .filter({ hasText: 'This computer 1' });
  await expect(section).toContainText('1 worker');
  await checkWithAxe(
    page,
    '#jp-running-sessions [data-context="cluster-launcher"]'
  );

  // On the other side of the window, too, logs open beside the clusters.
  for (const side of ['right', 'left']) {
    await page
      .locator('.jp-SideBar li[data-id="jp-cluster-launcher"]')
      .click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Switch Sidebar Side' }).click();
    await expect(
      page.locator(`.jp-SideBar.jp-mod-${side} [data-id="jp-cluster-launcher"]`)
    ).toBeVisible();
    await sidebar.open();
    await row.click('logs');
    await expect(page.getByRole('log')).toBeVisible();
    await expect(row.root).toBeVisible();
  }

  await page.keyboard.press('Control+Shift+c');
  await page
    .locator('#modal-command-palette')
    .getByText('Stop Cluster', { exact: true })
    .click();
  await expect(section).toHaveCount(0);
});

/**
 * The code of a second cluster in the same notebook. Guards against a second
 * cell, and against overwriting the code of the user.
 */
test('the inserted cell is updated in place', async ({ page, sidebar }) => {
  await page.notebook.createNew('twice.ipynb');
  await sidebar.open();
  const first = await sidebar.launch();
  await first.toBe('running');
  const source = (): Promise<string | null> =>
    page.notebook.getCellTextInput(0);
  await expect.poll(source).toContain('connect(');
  const before = await source();
  await first.click('insert');
  expect(await source()).toBe(before);
  const second = await sidebar.launch();
  await second.toBe('running');
  await expect.poll(source).not.toBe(before);
  expect(await page.notebook.getCellCount()).toBe(1);
});

/**
 * The last choices. Guards against having to repeat them at every launch.
 */
test('choices are remembered', async ({ page, sidebar }) => {
  await sidebar.open();
  await sidebar.setWorkers(2);
  const options = await sidebar.expand('options');
  await options.getByLabel('Threads per worker').fill('1');
  const row = await sidebar.launch();
  await row.toHaveWorkers(2);
  await page.reload();
  await sidebar.open();
  await expect(
    sidebar.form.getByText('Changed: Threads per worker: 1')
  ).toBeVisible();
  await sidebar.openForm();
  await expect(sidebar.form.getByLabel('Workers')).toHaveValue('2');
  await sidebar.expand('options');
  await expect(options.getByLabel('Threads per worker')).toHaveValue('1');
});

/**
 * A row that is dragged to a notebook. Guards against a drop without effect, and
 * a cell that is not found again.
 */
test('a row is dragged to a notebook', async ({ page, sidebar }) => {
  await sidebar.open();
  const row = await sidebar.launch();
  await row.toBe('running');
  // The code that is dragged depends on what the kernel can import.
  const known = page.waitForResponse(/\/cluster-launcher\/kernel\b/);
  await page.notebook.createNew('drag.ipynb');
  await known;
  await sidebar.open();
  const from = (await row.root
    .getByRole('button', { name: /^Rename/ })
    .boundingBox())!;
  const to = (await (await page.notebook.getCellLocator(0))!.boundingBox())!;
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 200, to.y + 10, { steps: 10 });
  await page.mouse.up();
  await expect.poll(() => page.notebook.getCellCount()).toBe(2);
  expect(await page.notebook.getCellTextInput(0)).toContain('connect(');
  await row.click('insert');
  expect(await page.notebook.getCellCount()).toBe(2);
});
