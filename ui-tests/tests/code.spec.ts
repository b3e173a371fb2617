import { expect, test } from './test';

/**
 * Code is inserted where it is dropped, in one cell. Guards against drops at the
 * wrong place, several cells, and drops without effect.
 */
test('drag a row into a notebook and a console; plain code', async ({
  page,
  sidebar
}) => {
  await page.notebook.createNew('code.ipynb');
  await page.notebook.setCell(0, 'code', 'first = 1');
  await page.notebook.addCell('code', 'second = 2');
  await sidebar.open();
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(1);
  await page.notebook.selectCells(0);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await expect.poll(() => page.notebook.getCellCount()).toBe(3);
  expect(await page.notebook.getCellTextInput(0)).toContain('connect(');

  const handle = row.root.getByRole('button', { name: /^Rename/ });
  const second = page.locator('.jp-Notebook .jp-Cell').nth(2);
  await handle.dragTo(second);
  await expect
    .poll(async () => (await page.notebook.getCellTextInput(1)) ?? '')
    .toContain('connect(');
  expect(await page.notebook.getCellCount()).toBe(3);
  expect(await page.notebook.getCellTextInput(0)).toBe('first = 1');

  await row.click('more');
  await page.getByRole('menuitem', { name: 'Insert Plain Dask Code' }).click();
  await expect
    .poll(async () => (await page.notebook.getCellTextInput(1)) ?? '')
    .toContain('Client(');
  expect(await page.notebook.getCellCount()).toBe(3);
  await page.notebook.runCell(1, true);
  await page.notebook.addCell('code', 'client.submit(lambda: 6 * 7).result()');
  await page.notebook.runCell(3, true);
  expect(await page.notebook.getCellTextOutput(3)).toEqual(['42']);

  await page.evaluate(async () => {
    // A widget cannot be returned from the page.
    await window.jupyterapp.commands.execute('console:create', {
      kernelPreference: { name: 'python3' }
    });
  });
  const prompt = page.locator('.jp-CodeConsole-promptCell .cm-content');
  await handle.dragTo(prompt);
  await expect(prompt).toContainText('connect(');
});
