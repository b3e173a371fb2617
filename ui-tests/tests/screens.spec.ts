import { screenshot } from './screenshot';
import { expect, test } from './test';

/**
 * The form with all sections expanded, at the default and the minimum width.
 * Guards against controls that cannot be reached, or are cut off, and a list of
 * platforms that takes the focus with it when it is closed.
 */
test('the form with all sections expanded', async ({ page, sidebar }) => {
  await page.notebook.createNew('form.ipynb');
  await sidebar.open();
  const platform = sidebar.form.getByRole('button', { name: /^Platform:/ });
  await platform.click();
  await sidebar.form.getByRole('button', { name: /^Show all/ }).click();
  await screenshot(page, 'platforms');
  await page.keyboard.press('Escape');
  await expect(sidebar.platforms).toHaveCount(0);
  await expect(platform).toBeFocused();
  await sidebar.expand('options');
  await sidebar.expand('lifetime');
  const launch = sidebar.form.getByRole('button', {
    name: 'Launch',
    exact: true
  });
  await expect(launch).toBeInViewport();
  await sidebar.preview();
  await expect(sidebar.code).toContainText('LocalCluster');
  await screenshot(page, 'code');
  await sidebar.setWidth(200);
  await expect(launch).toBeInViewport();
  const hidden = await sidebar.form.evaluate(
    ({ clientWidth, scrollWidth }) => scrollWidth - clientWidth
  );
  expect(hidden).toBe(0);
});
