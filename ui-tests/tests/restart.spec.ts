import { Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { NOTEBOOK } from './emptynotebook';
import { Server } from './server';
import { expect, test } from './test';

/**
 * A reload of the page while a cluster starts. Guards against a notebook that
 * waits for good, code that is inserted twice, and the long code of a kernel whose
 * packages are not known yet.
 */
test('a reload while a cluster starts', async ({ page, sidebar }) => {
  await page.notebook.createNew('reload.ipynb');
  // Saved with its kernel, so that it is opened again without a question.
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          (
            window as any
          ).jupyterapp.shell.currentWidget.content.model.getMetadata(
            'kernelspec'
          )?.name
      )
    )
    .toBe('python3');
  await page.evaluate(async () => {
    await window.jupyterapp.commands.execute('docmanager:save');
  });
  await sidebar.open();
  await sidebar.setWorkers(1);
  const row = await sidebar.launch();
  await page.reload({ waitForIsReady: false });
  const cells = page
    .getByRole('tabpanel', { name: 'reload.ipynb' })
    .locator('.jp-Cell');
  await expect(cells).toContainText('cluster, client = connect("');
  await sidebar.open();
  await row.toHaveWorkers(1);
  await expect(cells).toHaveCount(1);
});

/** Show the sidebar, when the notebook is open. */
async function showSidebar(page: Page): Promise<void> {
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
  await page.waitForFunction(() =>
    (window as any).jupyterapp?.commands.hasCommand('cluster-launcher:open')
  );
  await page.evaluate(async () => {
    const app = (window as any).jupyterapp;
    await app.restored;
    await app.commands.execute('cluster-launcher:open');
  });
}

/**
 * The next day: the server was restarted, and the cluster is gone. Guards against
 * a page that shows yesterday's clusters for a minute, and a notebook whose code
 * fails without a way on.
 */
test('a restart of the server', async ({ browser }) => {
  const home = join(process.env.UI_TESTS_HOME!, 'restart');
  const root = join(home, 'root');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'a.ipynb'), JSON.stringify(NOTEBOOK));
  const server = await Server.start('jupyter-lab', home, [
    '--LabApp.expose_app_in_browser=True',
    `--ServerApp.root_dir=${root}`
  ]);
  const page = await browser.newPage();
  // JupyterLab says that it has lost the server, and the kernel of the notebook.
  const dialog = page.locator('.jp-Dialog');
  await page.addLocatorHandler(dialog, () => page.keyboard.press('Escape'));
  await page.goto(`${server.url}/lab/tree/a.ipynb?reset`);
  await showSidebar(page);
  const sidebar = page.locator('#jp-cluster-launcher');
  await sidebar.getByRole('button', { name: 'Launch', exact: true }).click();
  const rows = sidebar.locator('.jp-ClusterLauncher-row');
  await expect(rows).toHaveAttribute('data-state', 'running');
  const cell = page.locator('.jp-Notebook .jp-Cell').first();
  await expect(cell).toContainText('connect("');

  await server.restart();
  const bar = page.locator('.jp-ClusterLauncher-stopped');
  await expect(bar).toContainText("This cell's cluster has stopped", {
    timeout: 15000
  });
  await expect(rows).toHaveCount(0);
  await bar.getByRole('button', { name: 'Launch again' }).click();
  await expect(rows).toHaveAttribute('data-state', 'running');
  await expect(bar).toHaveCount(0);
  await page.close();
  await server.stop();
});
