import { checkMenuWithAxe, checkWithAxe } from './axe';
import { expect, test } from './test';

/** The parts of the page that are ours. */
const PARTS = [
  '#jp-cluster-launcher',
  '.jp-ClusterLauncher-logs',
  '.jp-ClusterLauncher-previewPanel',
  '.jp-ClusterLauncher-status'
];

/** The notice of a cluster that failed; it stays. */
const NOTICE = '.Toastify__toast--error';

/** The cards of the platforms in the launcher. */
const CARDS = '.jp-LauncherCard[data-category="Dask Cluster"]';

/**
 * The form, rows that run and that failed, details, the log panel, the preview,
 * the status item and a notice in each theme. Guards against controls without a
 * name, text without contrast, and wrong roles.
 */
test('axe finds nothing', async ({ page, sidebar }) => {
  await page.notebook.createNew('access.ipynb');
  await sidebar.open();
  const running = await sidebar.launch();
  await running.toBe('running');
  await sidebar.pickPlatform('failing');
  const failing = await sidebar.launch();
  await failing.toBe('failed');
  await sidebar.pickPlatform('local');
  for (const fold of ['options', 'lifetime']) {
    await sidebar.expand(fold);
  }
  await running.root.locator('[data-fold="details"] summary').click();
  await expect(
    running.root.getByRole('list', { name: 'Workers' })
  ).toBeVisible();
  await running.click('scale');
  await sidebar.preview();
  await failing.root.getByRole('button', { name: 'Show logs' }).click();
  const log = page.getByRole('log');
  await expect(log).toContainText('Traceback');
  await page.getByRole('searchbox', { name: 'Find' }).fill('line');
  await expect(log.locator('mark').first()).toBeVisible();
  await sidebar.setWorkers(99_999);
  await expect(sidebar.form).toContainText('Correct this first: Workers.');
  await sidebar.form.getByRole('button', { name: /^Platform:/ }).click();
  await sidebar.form.getByRole('button', { name: /^Show all/ }).click();
  await expect(page.locator(NOTICE)).toContainText('failed');
  await checkWithAxe(page, ...PARTS, NOTICE);

  await page.getByRole('searchbox', { name: 'Find' }).fill('low tide');
  await page.getByLabel('Matching lines only').check();
  await expect(log).toContainText('No matching lines.');
  await checkWithAxe(page, '.jp-ClusterLauncher-logs');
});

/**
 * What opens above the page, and the cards of the launcher, in each theme. Guards
 * against dialogs and menus that only some users can read and use, and against a
 * menu of the right button with other items than the "…" menu.
 */
test('axe finds nothing in dialogs and menus', async ({ page, sidebar }) => {
  await sidebar.open();
  await expect(page.locator(CARDS)).not.toHaveCount(0);
  await checkWithAxe(page, CARDS);
  await sidebar.setWorkers(1);
  await sidebar.expand('lifetime');
  await sidebar.form.getByLabel('Keep running when Jupyter stops').check();
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await row.root.getByRole('button', { name: /^Rename/ }).click();
  await row.root.getByLabel('Cluster name').fill('a;b');
  await page.keyboard.press('Enter');
  await expect(row.root.getByRole('alert')).toBeVisible();
  await checkWithAxe(page, PARTS[0]);
  await page.keyboard.press('Escape');
  await row.click('stop');
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('You chose to keep it running');
  await checkWithAxe(page, '.jp-Dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  const items = page.locator('.lm-Menu-item[data-type=command]');
  await row.click('more');
  await expect(items.first()).toBeVisible();
  const more = await items.filter({ visible: true }).allInnerTexts();
  await page.menu.closeAll();
  const openWithRightButton = (): Promise<void> =>
    row.root.locator('.jp-ClusterLauncher-summaryLine').click({
      button: 'right'
    });
  await openWithRightButton();
  await expect(items.filter({ visible: true })).toHaveText([
    ...more,
    /Browser Menu$/ // of JupyterLab
  ]);
  await page.menu.closeAll();
  for (const open of [
    () => row.click('more'),
    openWithRightButton,
    () => row.click('dashboards'),
    () => page.menu.openLocator('Kernel>Dask Cluster')
  ]) {
    await checkMenuWithAxe(page, open);
  }
});

/**
 * From launch to stop without a mouse. Guards against controls that cannot be
 * reached or used with the keyboard, and a focus that is lost with what had it.
 */
test('from launch to stop with the keyboard', async ({ page, sidebar }) => {
  const { keyboard } = page;
  await page.notebook.createNew('keyboard.ipynb');
  await sidebar.open();

  // Press Tab until a control with this name has the focus.
  const tabTo = async (name: RegExp, backward = false): Promise<void> => {
    for (let count = 0; count < 60; count++) {
      const label = await page.evaluate(() => {
        const node = document.activeElement as HTMLInputElement | null;
        return (
          node?.getAttribute('aria-label') ??
          node?.labels?.[0]?.textContent ??
          node?.textContent ??
          ''
        );
      });
      if (name.test(label)) {
        return;
      }
      await keyboard.press(backward ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`The focus did not reach ${name}.`);
  };

  // Wait until the focus is in the sidebar, not on the page.
  const toBeInSidebar = (): Promise<void> =>
    expect
      .poll(() =>
        sidebar.root.evaluate(node => node.contains(document.activeElement))
      )
      .toBe(true);

  // Open the sidebar, or move the focus there if it is open already.
  const toSidebar = async (): Promise<void> => {
    await keyboard.press('Control+Shift+c');
    const palette = page.locator('#modal-command-palette');
    await expect(palette).toBeVisible();
    await keyboard.type('Dask Clusters');
    const item = palette.locator('[data-command="cluster-launcher:open"]');
    await expect(async () => {
      await keyboard.press('ArrowDown');
      await expect(item).toHaveClass(/lm-mod-active/, { timeout: 50 });
    }).toPass({ intervals: [0] });
    await keyboard.press('Enter');
    await toBeInSidebar();
  };
  await page.notebook.selectCells(0);
  await toSidebar();
  await tabTo(/^Platform:/);
  await keyboard.press('Enter');
  await expect(sidebar.platforms).toBeVisible();
  await tabTo(/^Show all/);
  await keyboard.press('Enter');
  await tabTo(/^This computer/, true);
  await keyboard.press('ArrowDown');
  await expect(
    sidebar.form.getByRole('button', { name: 'Platform: Denali' })
  ).toBeVisible();
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await expect(sidebar.platforms).toHaveCount(0);

  await tabTo(/^Workers$/);
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('1');
  await keyboard.press('ArrowUp');
  await tabTo(/^Launch$/);
  await keyboard.press('Enter');
  const row = sidebar.row('This computer 1');
  await row.toHaveWorkers(2);

  // The focus is on the inserted code: run it.
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  await keyboard.press('Shift+Enter');
  await expect
    .poll(async () => (await page.notebook.getCellTextOutput(0)) ?? [])
    .not.toEqual([]);

  await toSidebar();
  await tabTo(/^Scale This computer 1$/);
  await keyboard.press('Enter');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await row.toHaveWorkers(1);

  // What had the focus is removed each time, and the next is near.
  await toBeInSidebar();
  await tabTo(/^Rename This computer 1$/, true);
  await keyboard.press('Enter');
  await keyboard.type('Tides');
  await keyboard.press('Enter');
  const renamed = sidebar.row('Tides');
  await renamed.toHaveWorkers(1);
  await toBeInSidebar();
  await tabTo(/^Stop Tides$/);
  await keyboard.press('Enter');
  await renamed.toBeRemoved();
  await toBeInSidebar();
});
