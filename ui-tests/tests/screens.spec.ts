import { screenshot } from './screenshot';
import { expect, test } from './test';

/**
 * The form with all sections expanded, at the default and the minimum width.
 * Guards against controls that cannot be reached.
 */
test('the form with all sections expanded', async ({ page, sidebar }) => {
  await page.notebook.createNew('form.ipynb');
  await sidebar.open();
  await sidebar.form.getByRole('button', { name: /^Platform:/ }).click();
  await screenshot(page, 'platforms');
  await page.keyboard.press('Escape');
  await expect(sidebar.platforms).toHaveCount(0);
  await sidebar.expand('options');
  await sidebar.expand('lifetime');
  const preview = await sidebar.expand('preview');
  await expect(preview).toContainText('LocalCluster');
  await screenshot(page, 'form-unfolded');
  await sidebar.setWidth(200);
  await screenshot(page, 'form-narrow');
});
