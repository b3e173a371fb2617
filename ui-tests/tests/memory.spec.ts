import { expect, test } from './test';

/**
 * Takes more memory than the worker has, and again after a restart. Dask itself may
 * not restart a worker whose process ends before its nanny knows that it is ready.
 */
const EAT =
  'sleep = __import__("time").sleep; eaten = client.submit(lambda: ' +
  '(sleep(1), bytearray(b"x" * 400_000_000), sleep(60)))';

/** Dask gives a task up that has killed two workers; else it takes four. */
const TWICE =
  'client.run_on_scheduler(' +
  'lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 1))';

/**
 * A cluster whose workers are killed for lack of memory, from a launch without a
 * notebook to a launch with more memory. Guards against deaths that cannot be told
 * apart, against workers that are killed again and again, and against plots that
 * stay dead beside the notebook.
 */
test(
  'workers that run out of memory',
  { tag: '@long' },
  async ({ page, sidebar }) => {
    await sidebar.open();
    await sidebar.pickPlatform('local');
    await sidebar.setWorkers(1);
    const options = await sidebar.expand('options');
    await options.getByLabel('Memory per worker').fill('300MB');
    const row = await sidebar.launch();
    await row.toHaveWorkers(1);

    // A notebook that is opened now gets the code.
    // Galata gives it its name after it has opened it.
    const offer = page.getByRole('button', { name: /^Insert in .*\.ipynb$/ });
    await page.notebook.createNew('memory.ipynb');
    await offer.click();
    await expect
      .poll(() => page.notebook.getCellTextInput(0))
      .toContain('connect("This computer 1")');
    await page.notebook.runCell(0, true);
    await row.click('dashboards');
    await page
      .getByRole('menuitem', { name: 'Open Plots Beside Notebook' })
      .click();
    const plots = page.locator('.jp-ClusterLauncher-pane iframe');
    await expect(plots).toHaveCount(3);
    const source = await plots.first().getAttribute('src');

    await page.notebook.addCell('code', `${TWICE}; ${EAT}`);
    await page.notebook.runCell(1, true);
    await expect(row.root).toContainText('2 workers killed: out of memory', {
      timeout: test.info().timeout
    });
    await page.notebook.addCell(
      'code',
      'held = client.submit(lambda: 6 * 7)\nheld.result()'
    );
    await page.notebook.runCell(2, true);
    await expect(row.root).toContainText('1 of 2 tasks · 1 failed');
    await row.root.locator('[data-fold=details] summary').click();
    const died = row.root.getByRole('list', { name: 'Died' });
    const names = died.locator('.jp-ClusterLauncher-workerName');
    await expect(names.nth(1)).toHaveText(/^0 \(process \d+\)$/);
    const [last, first] = await names.allTextContents();
    expect(last).not.toBe(first);
    await died.getByRole('button', { name: `Log of worker ${first}` }).click();
    await expect(page.getByRole('log')).toContainText('95% memory budget');
    await expect(
      page.getByLabel('Source', { exact: true }).locator('option:checked')
    ).toHaveText(`Worker ${first}, died`);

    // Its results would be lost: that takes a second click.
    const workers = row.root.getByRole('list', { name: 'Workers' });
    await workers.getByRole('button', { name: /^Restart worker 0/ }).click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText(
      'The result that it holds is computed again.'
    );
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const id = await row.id();
    await row.root
      .getByRole('button', { name: 'Launch again with 600 MB per worker' })
      .click();
    await expect(dialog).toContainText('1 result is held on the cluster');
    await dialog.getByRole('button', { name: 'Stop and launch again' }).click();
    await sidebar.rowOf(id).toBeRemoved();
    const again = sidebar.row('This computer 1');
    await again.toHaveWorkers(1);
    await expect(again.root).toContainText('600 MB');

    // The notebook and its plots go on.
    await expect(plots.first()).not.toHaveAttribute('src', source!);
    await expect(plots).toHaveCount(3);
    await expect(
      plots.first().contentFrame().locator('canvas').first()
    ).toBeVisible();
    await page.notebook.runCell(0, true);
    await page.notebook.runCell(2, true);
  }
);
