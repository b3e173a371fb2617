import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { screenshot } from './screenshot';
import { expect, test } from './test';

/** Where the server of these tests finds kernels of one's own. */
const KERNEL = join(
  process.env.UI_TESTS_HOME!,
  '.local/share/jupyter/kernels/analysis'
);

/**
 * A kernel with another msgpack than that of the workers, as far as Python's
 * own list of installed packages goes.
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
 * A notebook of another environment is told so, in a table, before it computes.
 * Guards against errors of pickle that nobody can explain, and against a
 * warning where there is nothing to warn of.
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
    .toContain('Client(');
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
    // Its widget stays where it is.
    await window.jupyterapp.commands.execute('docmanager:open', { path });
  }, `${tmpPath}/other.ipynb`);
  await page.notebook.activate('other.ipynb');
  await row.press('insert');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('other.ipynb and');
  const line = dialog.getByRole('row', { name: /^msgpack/ });
  await expect(line).toContainText('0.6.0');
  await expect(dialog.getByRole('row')).toHaveCount(2);
  await expect(dialog).toContainText('launch a new cluster');
  await screenshot(page, 'versions');
  await dialog.getByRole('button', { name: 'Close' }).click();

  const note = row.root.getByText('have different packages');
  await note.click();
  await expect(row.root.getByRole('row', { name: /^msgpack/ })).toBeVisible();
  // Once is enough.
  await page.notebook.runCell(0, true);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
