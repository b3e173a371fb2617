import { screenshot } from './screenshot';
import { addPlatform, Sshd } from './sshd';
import { expect, test as base } from './test';

/** A computation that returns the hosts of the workers that took part. */
const COMPUTE =
  'import os\n' +
  'hosts = client.run(lambda: os.environ["SSH_CONNECTION"].split()[2])\n' +
  '" ".join(sorted(hosts.values()))';

/**
 * JupyterLab, and a real sshd that lets in its user.
 */
const test = base.extend<object, { sshd: Sshd }>({
  sshd: [
    // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
    async ({}, use) => {
      const sshd = await Sshd.start();
      await use(sshd);
      await sshd.stop();
    },
    { scope: 'worker', timeout: 60000 }
  ]
});

const missing = Sshd.missing;
test.skip(!!missing && !process.env.CI, missing);

/**
 * Hosts that the user can log in to. Guards against a sample that is not listed,
 * a list of hosts that cannot be entered, and processes that are left there.
 */
test('add the SSH platform, launch on two hosts, compute, stop', async ({
  page,
  sidebar,
  sshd
}) => {
  const remove = addPlatform('ssh');
  try {
    await page.reload();
    await page.notebook.createNew('ssh.ipynb');
    await sidebar.open();
    await sidebar.pickPlatform('ssh');
    await expect(sidebar.form.getByText('1 worker: the number')).toBeVisible();
    // The hosts are what has to be set: their section is expanded.
    const hosts = sidebar.form.getByRole('group', { name: 'Hosts' });
    await hosts.getByRole('button', { name: 'Add' }).click();
    for (const [index, host] of sshd.hosts.entries()) {
      await hosts.getByLabel(`Hosts, entry ${index + 1}`).fill(host);
    }
    await expect(
      sidebar.form.getByText('2 workers: the number follows from Hosts.')
    ).toBeVisible();
    await screenshot(page, 'ssh-form');
    const row = await sidebar.launch();
    await row.toHaveWorkers(2);
    expect(sshd.processes().length).toBeGreaterThan(0);
    await expect(row.root.locator('[data-action="scale"]')).toHaveCount(0);
    await expect
      .poll(() => page.notebook.getCellTextInput(0))
      .toContain('connect(');
    await page.notebook.runCell(0, true);
    await page.notebook.addCell('code', COMPUTE);
    await page.notebook.runCell(1, true);
    expect(await page.notebook.getCellTextOutput(1)).toEqual([
      `'${sshd.hosts[1]} ${sshd.hosts[2]}'`
    ]);
    await row.click('dashboards');
    await page
      .getByRole('menuitem', { name: 'Open Dashboard', exact: true })
      .click();
    await expect(
      page.frameLocator('iframe[title^="Dashboard"]').locator('canvas').first()
    ).toBeVisible();
    await row.stop();
    await expect.poll(() => sshd.processes()).toEqual([]);
  } finally {
    remove();
  }
});
