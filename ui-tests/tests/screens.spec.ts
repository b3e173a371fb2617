import { screenshot } from './screenshot';
import { expect, test } from './test';

/**
 * The form with everything unfolded, as wide as people have it and as narrow
 * as it can be. Guards against controls that cannot be reached.
 */
test('the form, unfolded', async ({ page, sidebar }) => {
  await page.notebook.createNew('form.ipynb');
  await sidebar.open();
  await sidebar.form.getByRole('button', { name: /^Platform:/ }).click();
  await screenshot(page, 'platforms');
  await page.keyboard.press('Escape');
  await expect(sidebar.platforms).toHaveCount(0);
  await sidebar.unfold('options');
  await sidebar.unfold('lifetime');
  const preview = await sidebar.unfold('preview');
  await expect(preview).toContainText('LocalCluster');
  await screenshot(page, 'form-unfolded');
  await sidebar.setWidth(200);
  await screenshot(page, 'form-narrow');
});
