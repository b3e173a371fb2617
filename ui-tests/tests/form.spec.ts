import { checkWithAxe } from './axe';
import { expect, test } from './test';

/** What the server says of a platform that needs a package. */
const MISSING = {
  ...{ available: false, command: 'pip install distributed' },
  reason: 'It requires distributed. Run: pip install distributed'
};

/** What stands beside the field for memory. */
const WARNING = 'The environment of Jupyter changes the memory of each worker.';

/** Why the server refuses the launches of the test. */
const REFUSAL = 'The disk is full. Free some space, then launch again.';

/**
 * What stands in the form when something is wrong, in each theme: mistakes, a
 * warning, a refused launch, also while the form is a line, and an environment in
 * which no platform is available. Guards against reasons that not all users can
 * read.
 */
test('axe finds nothing in a form with mistakes', async ({ page, sidebar }) => {
  let isMissing = false;
  await page.route(/cluster-launcher\/platforms\?/, async route => {
    const response = await route.fetch();
    const platforms: any[] = await response.json();
    const local = platforms.find(({ name }) => name === 'local');
    local.options.properties.memory_limit.warning = WARNING;
    await route.fulfill({
      json: isMissing
        ? platforms.map(platform => ({ ...platform, ...MISSING }))
        : platforms
    });
  });
  await page.route(/cluster-launcher\/clusters\?/, route =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 400, json: { message: REFUSAL } })
      : route.continue()
  );
  await page.reload();
  await sidebar.open();
  const { form } = sidebar;
  await sidebar.pickPlatform('local');
  const options = await sidebar.expand('options');
  const memory = options.getByLabel('Memory per worker');
  await memory.fill('much');
  await form.getByLabel('Adaptive scaling').check();
  const minimum = form.getByLabel('Minimum');
  await minimum.fill('99');
  await expect(options).toContainText('Enter a value such as 4GB, 500MB.');
  await expect(options).toContainText(WARNING);
  await expect(form).toContainText('Correct this first: ');
  await checkWithAxe(page, '#jp-cluster-launcher');

  await memory.fill('');
  await minimum.fill('0');
  await form.getByRole('button', { name: 'Launch', exact: true }).click();
  const refused = form.getByRole('alert');
  await expect(refused).toHaveText(REFUSAL);
  await checkWithAxe(page, '#jp-cluster-launcher');
  const fold = sidebar.root
    .getByRole('toolbar')
    .getByRole('button', { name: 'New cluster' });
  await fold.click();
  await expect(form).toHaveAttribute('data-open', 'false');
  await expect(refused).toHaveText(REFUSAL);
  await checkWithAxe(page, '#jp-cluster-launcher');

  isMissing = true;
  await sidebar.root.getByRole('button', { name: 'Refresh' }).click();
  await fold.click();
  await expect(
    form.getByRole('button', { name: /^Copy the command for This computer/ })
  ).toBeVisible();
  await checkWithAxe(page, '#jp-cluster-launcher');
});
