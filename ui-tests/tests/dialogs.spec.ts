import { checkWithAxe } from './axe';
import { inMinutes, report, usage, workers } from './reports';
import { expect, test } from './test';

/**
 * A cluster with results, one that others may use, one that computes nothing, and
 * one on SLURM with a job that ended and few minutes left.
 */
const CLUSTERS = [
  report({
    ...{ id: 'busy', name: 'tides', usage: usage(0.9, 9e9, 40) },
    platform: 'local'
  }),
  report({ id: 'shared', name: 'storm surge', joined: true }),
  report({ id: 'idle', name: 'plankton', workers: workers(0) }),
  report({
    ...{ id: 'jobs', name: 'currents', unit: 'jobs' },
    workers: workers(1, 2, { failed: 1 }),
    jobs: [
      { id: '7', state: 'RUNNING', reason: '', exit_code: null },
      { id: '8', state: 'OUT_OF_MEMORY', reason: '', exit_code: '0:125' }
    ],
    message: 'Job 8: OUT_OF_MEMORY, exit code 0:125. See their logs.',
    expires: inMinutes(9),
    renewal: { until: null, renewed: 0, replaced: 0 }
  })
];

/** Presets of the user, one of which has the same values as a form of the test. */
const PRESETS = [
  {
    ...{ name: 'small', own: true, platform: 'local' },
    ...{ workers: 4, adapt: null, options: {} }
  }
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
  ['stop', { id: 'jobs' }, /2 jobs will be canceled/],
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
  let refusal = '';
  await page.route(
    /cluster-launcher\/(clusters[/?]|presets)/,
    async (route, request) => {
      const url = request.url();
      if (request.method() !== 'GET') {
        requests.push(`${request.method()} ${new URL(url).pathname}`);
        await route.fulfill(
          refusal
            ? { status: 400, json: { message: refusal } }
            : { status: 204 }
        );
      } else if (url.includes('/presets')) {
        await route.fulfill({ json: PRESETS });
      } else if (/clusters\/[^/]+\/workers/.test(url)) {
        await route.fulfill({ json: { workers: [WORKER], dead: [DEAD] } });
      } else {
        await route.fulfill({ json: CLUSTERS });
      }
    }
  );
  await page.reload();
  await sidebar.open();
  await expect(sidebar.rows).toHaveCount(CLUSTERS.length);
  const told = page.locator('.Toastify__toast');
  await expect(
    told.filter({ hasText: 'reaches the time limit of its jobs' })
  ).toBeVisible();
  await checkWithAxe(page, '.Toastify__toast');
  const dialog = page.locator('.jp-Dialog');
  const refuse = async (asked: RegExp): Promise<void> => {
    await expect(dialog).toContainText(asked);
    await checkWithAxe(page, '.jp-Dialog');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  };
  const execute = (id: string, args: object): Promise<void> =>
    page.evaluate(
      ([id, args]) => {
        // Its promise waits for the answer.
        void (window as any).jupyterapp.commands.execute(id, args);
      },
      [`cluster-launcher:${id}`, args] as [string, object]
    );
  for (const [command, args, asked] of QUESTIONS) {
    await execute(command, args);
    await refuse(asked);
  }

  const { form } = sidebar;
  await sidebar.pickPlatform('local');
  await sidebar.setWorkers(4);
  await expect(
    form.getByRole('button', { name: 'Delete preset small' })
  ).toBeVisible();
  const row = sidebar.rowOf('busy');
  await row.root.locator('[data-fold="details"] summary').click();
  await expect(row.root.getByRole('list', { name: 'Died' })).toBeVisible();
  await row.click('scale');
  await row.root.getByRole('button', { name: /^Adaptive…/ }).click();
  await row.root.getByLabel('Minimum').fill('99');
  await row.root.getByLabel('Scale to').fill('99999');
  await checkWithAxe(page, '#jp-cluster-launcher');
  await row.root.getByRole('button', { name: /^Restart worker 0/ }).click();
  await refuse(/The 3 tasks that it runs start again/);
  await sidebar.setWorkers(3);
  const save = form.getByRole('button', { name: 'Save as preset…' });
  await save.click();
  await refuse(/Name of the preset/);
  expect(requests).toEqual([]);

  // What is refused is asked again, with the reason.
  refusal = 'Names have at most 60 characters.';
  await save.click();
  await dialog.getByRole('textbox').fill('large');
  await page.keyboard.press('Enter');
  await refuse(/at most 60 characters/);
  await execute('rename', { id: 'busy' });
  await dialog.getByRole('textbox').fill('waves');
  await page.keyboard.press('Enter');
  await refuse(/at most 60 characters/);
  refusal = '';
  expect(requests.splice(0)).toEqual([
    expect.stringMatching(/^PUT .*\/presets\/large$/),
    expect.stringMatching(/^PATCH .*\/clusters\/busy$/)
  ]);

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

  await page.sidebar.openTab('jp-running-sessions');
  await page
    .getByRole('toolbar', { name: 'Dask Clusters toolbar' })
    .getByRole('button', { name: 'Stop All' })
    .click();
  await refuse(/Stop all Dask clusters\?/);
});
