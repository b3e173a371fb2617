import { checkWithAxe } from './axe';
import { screenshot } from './screenshot';
import { expect, test } from './test';

/**
 * The notebook on the next day. Guards against a cell that fails with
 * FileNotFoundError, a launch that has to be filled in again, and a cell of a
 * notebook that changes behind a file.
 */
test('a cluster that has stopped is launched again', async ({
  page,
  sidebar
}) => {
  await page.notebook.createNew('tomorrow.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(2);
  await sidebar.setName('Tides');
  const first = await sidebar.launch();
  await first.toHaveWorkers(2);
  const source = (): Promise<string | null> =>
    page.notebook.getCellTextInput(0);
  await expect.poll(source).toContain('cluster, client = connect("Tides")');
  const bar = page.locator('.jp-ClusterLauncher-stopped');
  await expect(bar).toHaveCount(0);
  await first.stop();

  // The cell and the bar above it say what happened.
  await expect(bar).toContainText("This cell's cluster has stopped");
  await screenshot(page, 'stopped');
  await checkWithAxe(
    page,
    '.jp-ClusterLauncher-stopped',
    '.jp-ClusterLauncher-toolbarItem'
  );
  await page.notebook.runCell(0, true);
  const output = page.locator('.jp-OutputArea-output').first();
  await expect(output).toContainText('The cluster Tides has stopped');
  await expect(output).toContainText('connect("Tides", launch=True)');
  await bar.getByRole('button', { name: 'Launch again' }).click();
  const second = sidebar.row('Tides');
  await second.toHaveWorkers(2);
  await expect(bar).toHaveCount(0);
  await page.notebook.runCell(0, true);
  await page.notebook.addCell('code', 'client.submit(lambda: 6 * 7).result()');
  await page.notebook.runCell(1, true);
  await expect.poll(() => page.notebook.getCellTextOutput(1)).toEqual(['42']);

  // Its row does the same, after the notebook has shut the cluster down.
  await page.notebook.addCell('code', 'client.shutdown()');
  await page.notebook.runCell(2, true);
  await second.toBe('closed');
  await expect(bar).toBeVisible();
  const ended = await second.id();
  await second.root.getByRole('button', { name: 'Launch again' }).click();
  await expect(sidebar.rows).toHaveCount(2);
  await sidebar
    .rowOf(ended)
    .root.getByRole('button', { name: /^Dismiss: / })
    .click();
  await expect(sidebar.rows).toHaveCount(1);
  await second.toHaveWorkers(2);
  await expect(bar).toHaveCount(0);

  const before = await source();
  await page.evaluate(async () => {
    // A widget cannot be returned from the page.
    await window.jupyterapp.commands.execute('fileeditor:create-new', {
      fileExt: 'py'
    });
  });
  await expect(page.locator('.jp-FileEditor')).toBeVisible();
  await second.click('insert');
  const told = page
    .locator('.Toastify__toast')
    .filter({ hasText: 'neither a notebook nor a console' });
  await expect(told).toBeVisible();
  await told.hover(); // It stays while the pointer is on it.
  await checkWithAxe(page, '.Toastify__toast');
  await page.notebook.activate('tomorrow.ipynb');
  expect(await source()).toBe(before);
});
