import { checkAsShown, checkMenuWithAxe } from './axe';
import { screenshot } from './screenshot';
import { expect, test } from './test';

/**
 * The cluster of a notebook from its toolbar, by keyboard. Guards against a
 * notebook that does not show what it computes on, and a way there that leads
 * through the sidebar.
 */
test('a notebook has its cluster in its toolbar', async ({ page, sidebar }) => {
  await sidebar.open();
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(1);
  await sidebar.launch();
  // No notebook is open: one with the code is a click away.
  const offer = page.getByRole('button', { name: 'New notebook with it' });
  await offer.hover({ timeout: 60000 }); // It stays while the pointer is on it.
  await checkAsShown(page, ['.Toastify__toast'], 'a notice');
  await offer.click();
  const item = page
    .locator('.jp-ClusterLauncher-toolbarItem button')
    .filter({ visible: true });
  await expect(item).toContainText('Running');
  const width = (await item.boundingBox())!.width;
  const menu = page.getByRole('menu').last();
  /** Choose an item of the menu by keyboard. */
  const choose = async (name: RegExp): Promise<void> => {
    await item.focus();
    await item.press('Enter');
    await expect(menu).toBeVisible();
    const wanted = menu.getByRole('menuitem', { name });
    await expect(async () => {
      await page.keyboard.press('ArrowDown');
      await expect(wanted).toHaveClass(/lm-mod-active/, { timeout: 50 });
    }).toPass({ intervals: [0] });
    await page.keyboard.press('Enter');
  };
  await choose(/^Stop Cluster/);
  await expect(item).toContainText('Stopped');
  await expect(sidebar.rows).toHaveCount(0);
  await checkMenuWithAxe(page, () => item.click());

  await choose(/^Launch as This Notebook Wants: .*, 1 worker$/);
  await expect(item).toContainText('Running', { timeout: 60000 });
  await expect(item).toHaveAccessibleName(/^Dask cluster of this notebook: /);
  expect((await item.boundingBox())!.width).toBe(width);
  await page.notebook.runCell(0, true);

  // A new kernel is connected without running the cell again.
  await choose(/^Connect When the Kernel Starts/);
  await page.evaluate(async () => {
    const panel = (window as any).jupyterapp.shell.currentWidget;
    // Galata's replies to a restart are not those of a server.
    await panel.sessionContext.shutdown();
    await panel.sessionContext.changeKernel({ name: 'python3' });
  });
  await page.notebook.addCell(
    'code',
    'future = client.submit(lambda: 6 * 7)\nfuture.result()'
  );
  await expect(async () => {
    await page.notebook.runCell(1, true);
    expect(await page.notebook.getCellTextOutput(1)).toEqual(['42']);
  }).toPass();
  const { metadata } = await page.evaluate(() =>
    (
      window as any
    ).jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()
  );
  expect(metadata.cluster_launcher).toMatchObject({
    request: { platform: 'local', workers: 1 },
    connect_on_start: true
  });
  // The question is about what the row knows by now.
  await expect(sidebar.rows.getByText(/^1 of 1 task/)).toBeVisible();
  await choose(/^Stop Cluster/);
  const confirm = page.locator('.jp-Dialog');
  await expect(confirm).toContainText('result is held on the cluster');
  await confirm.getByRole('button', { name: 'Stop' }).press('Enter');
  await expect(item).toContainText('Stopped');
});

/**
 * A second notebook gets a cluster like the last one. Guards against a launch that
 * has to be filled in again, and code in another notebook.
 */
test('a cluster is launched as the last time', async ({ page, sidebar }) => {
  await sidebar.open();
  await sidebar.setWorkers(1);
  const first = await sidebar.launch();
  await first.toBe('running');
  await page.notebook.createNew('second.ipynb');
  const item = page
    .locator('.jp-ClusterLauncher-toolbarItem button')
    .filter({ visible: true });
  await expect(item).toContainText('No cluster');
  await checkMenuWithAxe(page, () => item.click());
  await item.click();
  await page
    .getByRole('menuitem', { name: 'Launch as Last Time: This computer, 1' })
    .click();
  await expect(sidebar.rows).toHaveCount(2);
  await expect(item).toHaveAccessibleName(/: This computer 2, Running/, {
    timeout: 60000
  });
  await item.click();
  await expect(
    page.getByRole('menuitem', { name: 'Stop Cluster' })
  ).toBeVisible();
  await screenshot(page, 'toolbar-menu');
  await page.keyboard.press('Escape');
  await checkMenuWithAxe(page, () => item.click());

  // The form has it among the recent launches, also after it shows something else.
  await sidebar.setWorkers(2);
  await sidebar.form
    .getByLabel(/recent launch/i)
    .selectOption('This computer · 1 worker');
  await expect(sidebar.form.getByLabel('Workers')).toHaveValue('1');
});
