import { checkWithAxe } from './axe';
import { collectErrors, expect, test } from './test';

/**
 * The settings in the Settings Editor. Guards against a page that does not open
 * or shows internal settings, and against settings that the open sidebar or the
 * next launch ignores.
 */
test('settings are changed in the Settings Editor', async ({
  page,
  sidebar
}) => {
  const errors = collectErrors(page);
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
  await expect(editor).toContainText('Settings of the sidebar');
  await expect(
    editor.locator('label, h3').filter({ visible: true })
  ).toHaveText([
    'Default platform',
    'Insert code automatically',
    'Code to connect',
    'Keep clusters running',
    'Shut down idle clusters after (minutes)',
    'Browser notifications'
  ]);
  await expect(editor.locator('.jp-FormGroup-description')).toHaveCount(6);
  await checkWithAxe(page, '.jp-SettingsPanel fieldset');
  await editor.getByLabel('Default platform').selectOption('Denali');
  await expect(platform).toHaveText(/^Denali/);
  await editor.getByLabel('Default platform').selectOption('This computer');
  await expect(platform).toHaveText(/^This computer/);
  const idle = editor.getByLabel('Shut down idle clusters after (minutes)');
  await idle.fill('45');
  await sidebar.form.getByText('Name and lifetime').click();
  const chosen = sidebar.form.getByLabel('Shut down when idle for');
  await expect(chosen).toHaveValue(String(45 * 60));
  await idle.fill('0');
  await expect(chosen).toHaveValue('');
  await editor.getByLabel('Insert code automatically').uncheck();
  // A change is saved shortly after.
  const saved = page.waitForRequest(
    request =>
      request.method() === 'PUT' && !!request.postData()?.includes('of today')
  );
  await editor
    .getByLabel('Code to connect')
    .fill('# {name} of today\n{connect}');
  await (await saved).response();

  await page.notebook.activate('settings.ipynb');
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await row.click('logs');
  await expect(page.getByRole('log')).toContainText('Scheduler at');
  await page.notebook.activate('settings.ipynb');
  expect(await page.notebook.getCellTextInput(0)).toBe('');

  await row.click('insert');
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toMatch(/^# This computer \d+ of today\n[^]*Client\(/);
  expect(errors).toEqual([]);
  await row.stop();
});
