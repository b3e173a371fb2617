import { screenshot } from './screenshot';
import { expect, test } from './test';

/** A computation that shows that the cluster works. */
const COMPUTE = 'client.submit(lambda: 6 * 7).result()';

/**
 * The main workflow: select a platform, launch, run the inserted cell. Guards
 * against failures between the form, the server, its events and the notebook.
 */
test('launch on this computer, compute, scale, reload, stop', async ({
  page,
  sidebar
}) => {
  const prepared: string[] = [];
  page.on('request', request => {
    if (request.url().includes('cluster-launcher/prepare')) {
      prepared.push(request.method());
    }
  });
  await page.notebook.createNew('story.ipynb');
  await sidebar.open();
  await expect(
    sidebar.form.getByRole('button', { name: /^Platform:/ })
  ).toBeVisible();
  expect(prepared).toEqual([]); // the sidebar that is only open costs nothing
  await sidebar.pickPlatform('local');
  await expect.poll(() => prepared).toContain('POST');
  await sidebar.setWorkers(2);
  await screenshot(page, 'form');
  const row = await sidebar.launch();
  await row.toHaveWorkers(2);
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  expect(await page.notebook.getCellCount()).toBe(1);

  await page.notebook.runCell(0, true);
  await page.notebook.addCell('code', COMPUTE);
  await page.notebook.runCell(1, true);
  expect(await page.notebook.getCellTextOutput(1)).toEqual(['42']);
  await screenshot(page, 'running');

  await row.scale(3);
  await row.toHaveWorkers(3);

  const id = await row.id();
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('docmanager:save')
  );
  await page.reload({ waitForIsReady: false });
  await sidebar.open();
  await sidebar.rowOf(id).toHaveWorkers(3);

  await sidebar.rowOf(id).stop();
});
