import { checkWithAxe } from './axe';
import { report, usage, workers } from './reports';
import { expect, test } from './test';

/** A cluster with results, one that others may use, and one that computes nothing. */
const CLUSTERS = [
  report({
    ...{ id: 'busy', name: 'tides', usage: usage(0.9, 9e9, 40) },
    platform: 'local'
  }),
  report({ id: 'shared', name: 'storm surge', joined: true }),
  report({ id: 'idle', name: 'plankton', workers: workers(0) })
];

/** A worker whose restart costs tasks and results. */
const WORKER = {
  ...{ id: 'tls://a', name: '0', host: 'node1', state: 'running' },
  ...{ threads: 2, memory: 1e9, memory_limit: 4e9, cpu: 0.5, spilled: 0 },
  ...{ tasks: 3, results: 7, restartable: true }
};

/** A worker that was killed. */
const DEAD = {
  ...{ id: 'tls://b', name: '1 (process 4711)', when: '2030-01-01T12:00:00Z' },
  reason: 'Killed: it used more than 95% of its memory.'
};

/** The commands that ask something, with their arguments, and what they ask. */
const QUESTIONS: [string, object, RegExp][] = [
  ['stop', { id: 'busy' }, /16 results are held/],
  ['stop', { id: 'shared' }, /Leave it running, or stop it for everyone/],
  ['launch-again', { id: 'busy' }, /It is then launched again/],
  ['scale', { id: 'busy' }, /Number of workers for tides/],
  ['rename', { id: 'busy' }, /Rename Cluster/],
  ['rename', {}, /Select a cluster/],
  [
    'launch',
    { platform: 'local', workers: 2, options: { memory_limit: '3GB' } },
    /Launch a Dask cluster.*3GB/s
  ],
  ['launch', { platform: 'nowhere', workers: 2 }, /nowhere/]
];

/**
 * Every question, in each theme, and what its Cancel and Escape leave. Guards
 * against fields without a name, text without contrast, and questions that cannot
 * be answered with no.
 */
test('axe finds nothing in any question', async ({ page, sidebar }) => {
  const requests: string[] = [];
  await page.route(/cluster-launcher\/clusters[/?]/, async route => {
    const request = route.request();
    const url = request.url();
    if (request.method() !== 'GET') {
      requests.push(`${request.method()} ${new URL(url).pathname}`);
      await route.fulfill({ status: 204 });
    } else if (/clusters\/[^/]+\/workers/.test(url)) {
      await route.fulfill({ json: { workers: [WORKER], dead: [DEAD] } });
    } else {
      await route.fulfill({ json: CLUSTERS });
    }
  });
  await page.reload();
  await sidebar.open();
  await expect(sidebar.rows).toHaveCount(CLUSTERS.length);
  const dialog = page.locator('.jp-Dialog');
  const refuse = async (asked: RegExp): Promise<void> => {
    await expect(dialog).toContainText(asked);
    await checkWithAxe(page, '.jp-Dialog');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  };
  for (const [command, args, asked] of QUESTIONS) {
    await page.evaluate(
      ([id, args]) => {
        // Its promise waits for the answer.
        void (window as any).jupyterapp.commands.execute(id, args);
      },
      [`cluster-launcher:${command}`, args] as [string, object]
    );
    await refuse(asked);
  }

  const row = sidebar.rowOf('busy');
  await row.root.locator('[data-fold="details"] summary').click();
  await expect(row.root.getByRole('list', { name: 'Died' })).toBeVisible();
  await checkWithAxe(page, '#jp-cluster-launcher');
  await row.root.getByRole('button', { name: /^Restart worker 0/ }).click();
  await refuse(/The 3 tasks that it runs start again/);
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(3);
  await sidebar.form.getByRole('button', { name: 'Save as preset…' }).click();
  await refuse(/Name of the preset/);
  expect(requests).toEqual([]);

  // "Show details" of a notice leads to the row, past the form.
  await page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('cluster-launcher:open', {
      id: 'idle'
    })
  );
  await expect(sidebar.rowOf('idle').root).toBeFocused();
  await expect(sidebar.rowOf('idle').root).toBeInViewport();

  // A stop without a question is told, with a way back.
  await sidebar.rowOf('idle').click('stop');
  const told = page.locator('.Toastify__toast');
  const stopped = told.filter({ hasText: 'plankton was stopped' });
  await expect(stopped).toBeVisible();
  await stopped.hover(); // It stays while the pointer is on it.
  await checkWithAxe(page, '.Toastify__toast');
  expect(requests).toEqual([expect.stringMatching(/^DELETE .*\/idle$/)]);

  // So is a mistake.
  await page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('cluster-launcher:launch', {
      ...{ platform: 'local', workers: '8' }
    })
  );
  const mistake = told.filter({ hasText: 'must be a whole number' });
  await expect(mistake).toBeVisible();
  await mistake.hover();
  await checkWithAxe(page, '.Toastify__toast');
});
