import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { checkWithAxe } from './axe';
import { screenshot } from './screenshot';
import { expect, test } from './test';

/** A kernelspec of the user. */
const KERNEL = join(
  process.env.UI_TESTS_HOME!,
  '.local/share/jupyter/kernels/analysis'
);

/**
 * A kernel whose package metadata has another version of msgpack than the
 * workers.
 */
test.beforeAll(() => {
  const home = process.env.UI_TESTS_HOME!;
  const packages = join(home, 'packages');
  const info = join(packages, 'msgpack-0.6.0.dist-info');
  mkdirSync(info, { recursive: true });
  writeFileSync(
    join(info, 'METADATA'),
    'Metadata-Version: 2.1\nName: msgpack\nVersion: 0.6.0\n'
  );
  mkdirSync(KERNEL, { recursive: true });
  writeFileSync(
    join(KERNEL, 'kernel.json'),
    JSON.stringify({
      argv: ['python3', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
      display_name: 'Analysis',
      language: 'python',
      env: { PYTHONPATH: packages }
    })
  );
});

test.afterAll(() => rmSync(KERNEL, { recursive: true }));

/**
 * A notebook in another environment shows a table before its first computation.
 * Guards against pickle errors without an explanation, and false alarms.
 */
test('a notebook whose packages differ', async ({ page, sidebar, tmpPath }) => {
  await page.notebook.createNew('same.ipynb', { kernel: 'python3' });
  await sidebar.open();
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await row.toHaveWorkers(1);
  await expect
    .poll(() => page.notebook.getCellTextInput(0))
    .toContain('connect(');
  await page.notebook.runCell(0, true);
  await expect(page.getByRole('dialog')).toHaveCount(0);

  writeFileSync(
    join(process.env.UI_TESTS_HOME!, 'root', tmpPath, 'other.ipynb'),
    JSON.stringify({
      cells: [],
      metadata: {
        kernelspec: {
          name: 'analysis',
          display_name: 'Analysis',
          language: 'python'
        }
      },
      nbformat: 4,
      nbformat_minor: 5
    })
  );
  await page.evaluate(async path => {
    // A widget cannot be returned from the page.
    await window.jupyterapp.commands.execute('docmanager:open', { path });
  }, `${tmpPath}/other.ipynb`);
  await page.notebook.activate('other.ipynb');
  await row.click('insert');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('other.ipynb and');
  const line = dialog.getByRole('row', { name: /^msgpack/ });
  await expect(line).toContainText('0.6.0');
  await expect(dialog.getByRole('row')).toHaveCount(2);
  await expect(dialog).toContainText('launch a new cluster');
  await screenshot(page, 'versions');
  await checkWithAxe(page, '.jp-Dialog');
  await dialog.getByRole('button', { name: 'Close' }).click();

  const note = row.root.getByText('have different package versions');
  await note.click();
  await expect(row.root.getByRole('row', { name: /^msgpack/ })).toBeVisible();
  await checkWithAxe(page, '#jp-cluster-launcher');
  // The dialog is shown only once.
  await page.notebook.runCell(0, true);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
