import { checkWithAxe } from './axe';
import { screenshot } from './screenshot';
import { COMPUTE, testOnSlurm } from './slurmtest';
import { expect } from './test';

const test = testOnSlurm({ accounting: false });

/**
 * From launch to stop on SLURM. Guards against a wrong form or preview, a row
 * without the state of the jobs, and jobs that are not cancelled.
 */
test('preview the job script, launch, compute, scale beyond the nodes, stop', async ({
  page,
  sidebar,
  slurm
}) => {
  await page.notebook.createNew('slurm.ipynb');
  await sidebar.open();
  await sidebar.pickPlatform('tallgrass');
  await sidebar.setWorkers(2);
  const options = await sidebar.expand('options');
  await options.getByLabel('Network interface').fill('lo');
  await options.getByLabel('Memory per job').fill('500MB');
  await options.getByLabel('Cores per job').fill('4');
  await options.getByLabel('Time limit').fill('00:30:00');
  await expect(
    sidebar.form.getByText('2 jobs × 4 cores, 500 MB = 8 cores')
  ).toBeVisible();

  await sidebar.preview();
  const script = sidebar.code.locator('pre[aria-label="Job script"]');
  await expect(script).toContainText('#SBATCH -t 00:30:00');
  await expect(
    sidebar.code.getByText(/SLURM would start one job/)
  ).toBeVisible();
  await screenshot(page, 'slurm-preview');
  await checkWithAxe(page, '.jp-ClusterLauncher-previewPanel');

  // Make room for the row in the next screenshot.
  await page.notebook.activate('slurm.ipynb');
  await options.locator('summary').click();
  slurm.occupy();
  const row = await sidebar.launch();
  await expect(row.root.getByText(/2 queued \(/)).toBeVisible();
  slurm.release();
  await row.toHaveWorkers(2);
  expect(slurm.states()).toEqual(['RUNNING', 'RUNNING']);
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  await page.notebook.runCell(0, true);
  await page.notebook.addCell('code', COMPUTE);
  await page.notebook.runCell(1, true);
  expect(await page.notebook.getCellTextOutput(1)).toEqual(['2']);

  // Two nodes of four cores cannot run a third job with four cores.
  await row.scale(4);
  await expect(row.root.getByText(/2 queued \(.*Resources/)).toBeVisible();
  expect(slurm.states().sort()).toEqual([
    'PENDING',
    'PENDING',
    'RUNNING',
    'RUNNING'
  ]);
  await expect(row.root.getByText(/min left/)).toBeVisible();
  await screenshot(page, 'slurm-queued');

  await row.stop();
  expect(slurm.states()).toEqual([]);
});

/**
 * A launch that SLURM rejects. Guards against hiding its message, and against
 * searching for the field that was wrong.
 */
test('a rejected launch shows the message of SLURM, and is corrected', async ({
  sidebar,
  slurm
}) => {
  await sidebar.open();
  await sidebar.pickPlatform('tallgrass');
  await sidebar.setWorkers(1);
  const options = await sidebar.expand('options');
  await options.getByLabel('Network interface').fill('lo');
  await options.getByLabel('Partition').fill('nosuch');
  await options.locator('summary').click();
  const row = await sidebar.launch();
  await row.toBe('failed');
  await expect(
    row.root.getByText(/SLURM rejected the jobs: invalid partition/)
  ).toBeVisible();
  await screenshot(sidebar.page, 'slurm-refused');
  await row.root.getByRole('button', { name: 'Change Partition…' }).click();
  const partition = sidebar.form.getByLabel('Partition');
  await expect(partition).toBeFocused();
  await expect(partition).toHaveValue('nosuch');
  await partition.fill('');
  const corrected = await sidebar.launch();
  await corrected.toHaveWorkers(1);
  await corrected.stop();
  await row.stop();
  expect(slurm.states()).toEqual([]);
});
