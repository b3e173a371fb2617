import { checkWithAxe } from './axe';
import { screenshot } from './screenshot';
import { COMPUTE, testOnSlurm } from './slurmtest';
import { expect } from './test';

const test = testOnSlurm({ accounting: true });

/**
 * The first launch on a machine that nobody has configured. Guards against a
 * form whose values only an administrator knows.
 */
test('choose what the machine offers, launch, compute, scale, renew, stop', async ({
  page,
  sidebar,
  slurm
}) => {
  await page.notebook.createNew('site.ipynb');
  await sidebar.open();
  await sidebar.openForm();
  // It is preselected where it is detected.
  await expect(
    sidebar.form.getByRole('button', { name: /^Platform: SLURM/ })
  ).toBeVisible();
  await sidebar.setWorkers(2);
  const options = await sidebar.expand('options');

  const partition = options.getByLabel('Partition');
  const list = await partition.getAttribute('list');
  await expect
    .poll(() =>
      page
        .locator(`[id="${list}"] option`)
        .evaluateAll(nodes => nodes.map(node => node.getAttribute('value')))
    )
    .toEqual(expect.arrayContaining(['normal', 'debug', 'gpu']));
  await partition.fill('debug');
  await expect(options.getByText(/^debug: up to 5 min, /)).toBeVisible();
  await options.getByLabel('Account').fill('sci');

  const ask = sidebar.form.getByRole('button', {
    name: 'When would it start?'
  });
  await ask.click();
  const starts = sidebar.form.getByRole('list', { name: 'Start times' });
  await starts.getByRole('button', { name: 'gpu now' }).click();
  await expect(partition).toHaveValue('gpu');
  await screenshot(page, 'slurm-starts');
  await sidebar.scrollTo(partition);
  await screenshot(page, 'slurm-form');
  await expect(starts).toBeVisible();
  await checkWithAxe(page, '#jp-cluster-launcher');

  // Two minutes are too short for a user, and long enough for a test.
  await options.getByLabel('Time limit').fill('00:02:00');
  const lifetime = await sidebar.expand('lifetime');
  await lifetime.getByLabel('Keep jobs running for').selectOption('14400');
  const row = await sidebar.launch();
  await row.toHaveWorkers(2);
  expect(slurm.places()).toEqual(['gpu sci', 'gpu sci']);
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  await page.notebook.runCell(0, true);
  await page.notebook.addCell('code', COMPUTE);
  await page.notebook.runCell(1, true);
  expect(await page.notebook.getCellTextOutput(1)).toEqual(['2']);

  await row.scale(1);
  await row.toHaveWorkers(1);
  await row.keepJobs('12 h from now');
  await expect(
    row.root.getByText(/jobs kept until .* \(1 renewed\)/)
  ).toBeVisible({
    timeout: 90000
  });
  await row.toHaveWorkers(1);
  await row.click('scale');
  await screenshot(page, 'slurm-kept');
  await row.click('scale');
  await row.stop();
  expect(slurm.states()).toEqual([]);
});
