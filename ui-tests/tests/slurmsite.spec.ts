import { Slurm } from './slurm';
import { expect, test as base } from './test';

/** A computation that counts the jobs of the workers that took part. */
const COMPUTE =
  'len(set(client.gather(client.map(lambda i: ' +
  '(__import__("time").sleep(0.2), __import__("os").environ["SLURM_JOB_ID"])[1], ' +
  'range(20)))))';

/**
 * JupyterLab on the SLURM of another site: it has several partitions, accounts
 * and QOS, and no platform file.
 */
const test = base.extend<object, { slurm: Slurm }>({
  slurm: [
    // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
    async ({}, use) => {
      const slurm = await Slurm.start('--accounting');
      await use(slurm);
      await slurm.stop();
    },
    { scope: 'worker', timeout: 180000 }
  ],
  baseURL: ({ slurm }, use) => use(slurm.url)
});

test.skip(
  !Slurm.hasAccounting && !process.env.CI,
  'SLURM with accounting is not installed: see scripts/debian-packages.sh'
);

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
  await expect(row.root.getByText(/renewed 1 job; until /)).toBeVisible({
    timeout: 90000
  });
  await row.toHaveWorkers(1);
  await row.stop();
  expect(slurm.states()).toEqual([]);
});
