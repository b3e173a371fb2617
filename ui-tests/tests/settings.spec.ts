import { expect, test } from './test';

/**
 * The settings on our page of the Settings Editor. Guards against a page that
 * does not open, that shows what the sidebar keeps for itself, and against
 * settings that the open sidebar or the next launch does not follow.
 */
test('settings are changed in the Settings Editor', async ({
  page,
  sidebar
}) => {
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error') {
      errors.push(message.text());
    }
  });
  await page.notebook.createNew('settings.ipynb');
  await sidebar.open();
  const platform = sidebar.form.getByRole('button', { name: /^Platform:/ });
  await expect(platform).toHaveText(/^This computer/);

  await page.evaluate(async () => {
    await window.jupyterapp.commands.execute('settingeditor:open', {
      query: 'Dask Clusters'
    });
  });
  const editor = page.locator('.jp-SettingsPanel');
  await expect(editor).toContainText('How Dask clusters are started');
  await expect(
    editor.locator('label, h3').filter({ visible: true })
  ).toHaveText([
    'Default platform',
    'Insert the code automatically',
    'Code that connects',
    'Keep clusters running',
    'Close idle clusters after (minutes)'
  ]);
  await expect(editor.locator('.jp-FormGroup-description')).toHaveCount(5);
  await editor.getByLabel('Default platform').selectOption('Denali');
  await expect(platform).toHaveText(/^Denali/);
  await editor.getByLabel('Default platform').selectOption('This computer');
  await expect(platform).toHaveText(/^This computer/);
  await editor.getByLabel('Insert the code automatically').uncheck();
  // What is changed is saved a moment later.
  const saved = page.waitForRequest(
    request =>
      request.method() === 'PUT' && !!request.postData()?.includes('of today')
  );
  await editor
    .getByLabel('Code that connects')
    .fill('# {name} of today\n{connect}');
  await (await saved).response();

  await page.notebook.activate('settings.ipynb');
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await row.press('logs');
  await expect(page.getByRole('log')).toContainText('Scheduler at');
  await page.notebook.activate('settings.ipynb');
  expect(await page.notebook.getCellTextInput(0)).toBe('');

  await row.press('insert');
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toMatch(/^# This computer \d+ of today\n[^]*Client\(/);
  expect(errors).toEqual([]);
  await row.stop();
});
