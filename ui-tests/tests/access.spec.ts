import AxeBuilder from '@axe-core/playwright';
import { setTheme } from './screenshot';
import { expect, test } from './test';

/** The themes of JupyterLab. */
const THEMES = [
  'JupyterLab Light',
  'JupyterLab Dark',
  'JupyterLab Dark High Contrast'
];

/**
 * The form, the list, the log panel and the status item in each theme. Guards
 * against controls without a name, text without contrast, and wrong roles.
 */
test('axe finds no serious violations', async ({ page, sidebar }) => {
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
  await running.click('scale');
  await sidebar.preview();
  await running.click('logs');
  await expect(page.getByRole('log')).toBeVisible();
  await sidebar.openForm();
  await sidebar.form.getByRole('button', { name: /^Platform:/ }).click();
  await sidebar.form.getByRole('button', { name: /^Show all/ }).click();

  for (const theme of THEMES) {
    await setTheme(page, theme);
    const { violations } = await new AxeBuilder({ page })
      .include('#jp-cluster-launcher')
      .include('.jp-ClusterLauncher-logs')
      .include('.jp-ClusterLauncher-previewPanel')
      .include('.jp-ClusterLauncher-status')
      .analyze();
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
    expect(serious, theme).toEqual([]);
  }
});

/**
 * From launch to stop without a mouse. Guards against controls that cannot be
 * reached or used with the keyboard.
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

  await page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('cluster-launcher:open')
  );
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

  await page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('cluster-launcher:open')
  );
  await tabTo(/^Scale This computer 1$/);
  await keyboard.press('Enter');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await row.toHaveWorkers(1);
  await page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('cluster-launcher:open')
  );
  await tabTo(/^Stop This computer 1$/);
  await keyboard.press('Enter');
  await row.toBeRemoved();
});
