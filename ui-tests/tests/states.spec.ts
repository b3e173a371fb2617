import type { Locator, Route } from '@playwright/test';
import { checkAsShown, checkWithAxe } from './axe';
import { inMinutes, report, usage, workers } from './reports';
import { screenshot } from './screenshot';
import { expect, test } from './test';

/** One cluster in each situation. */
const SITUATIONS = [
  report({
    name: 'bathymetry',
    created: inMinutes(-0.2),
    state: 'starting',
    message: 'Creating the cluster',
    workers: workers(0, 4),
    cores: 0
  }),
  report({
    name: 'tides',
    workers: workers(3, 8, { queued: 5 }),
    cores: 3,
    queue: '5 queued (Resources), start about 14:05',
    expires: inMinutes(220),
    spent: { core_hours: 1.2, since: inMinutes(-1), cost: null },
    usage: usage(0.82, 9 * 1024 ** 3, 1240)
  }),
  report({
    name: 'storm surge',
    platform_title: 'Nebari',
    platform: 'nebari',
    adapt: { minimum: 0, maximum: 30 },
    idle: { timeout: 1800, closes_at: inMinutes(5) },
    usage: usage(0.01, 2 * 1024 ** 3, 0),
    joined: true,
    spent: {
      core_hours: 48,
      since: inMinutes(-1),
      cost: { per_core_hour: 0.05, currency: 'USD' }
    },
    warnings: ['You asked for 40 workers, the gateway allows 30.']
  }),
  report({
    name: 'turbidity',
    workers: workers(2, 2, { failed: 1, died: 1 }),
    keep_running: true,
    usage: {
      ...usage(0.96, 19 * 1024 ** 3, 40),
      ...{ failed: 1, spilled: 2.5e9, paused: 1 }
    }
  }),
  report({
    name: 'plankton',
    workers: workers(0),
    adapt: { minimum: 0, maximum: 3 },
    cores: 0,
    memory: 0,
    usage: { ...usage(0, 0, 138), done: 0, waiting: 138 }
  }),
  report({
    name: 'sediment',
    state: 'failed',
    message: 'The jobs ran out of memory. Request more memory per job.',
    again: {
      ...{ options: { memory: '20GB' }, workers: null, field: '' },
      change: 'with 20 GB per job (peak 9.8 of 10 GB)'
    }
  }),
  report({
    name: 'waves',
    state: 'lost',
    message:
      '2 of its jobs are still in the SLURM queue: Clean up cancels them.'
  }),
  report({ name: 'salinity', state: 'closing', message: 'Canceling 4 jobs' }),
  report({
    name: 'currents',
    state: 'closed',
    message: 'Stopped after 30 minutes without work.',
    used: { units: 8, memory: 10e9, peak: 3.1e9, spilled: 0, cpu: 0.4 },
    again: { options: {}, workers: null, change: '', field: '' }
  }),
  report({
    name: 'ice',
    state: 'elsewhere',
    message: 'It runs on another host, denali-login2.'
  })
];

/** The notice of a cluster that is about to end. */
const NOTICE = '.Toastify__toast--warning';

test.use({ viewport: { width: 1280, height: 1950 } });

/**
 * Expect that parts have the color of the text when the colors are those of the
 * system: any other may be that of the page.
 *
 * @param property - what gives a part its color
 */
async function toBeSeen(
  parts: Locator,
  property: 'backgroundColor' | 'fill'
): Promise<void> {
  await expect(parts).not.toHaveCount(0);
  const hidden = await parts.evaluateAll((nodes, property) => {
    const isHidden = (node: Element): boolean => {
      const style = getComputedStyle(node);
      return style[property] !== style.color;
    };
    return nodes.filter(isHidden).map(({ outerHTML }) => outerHTML);
  }, property);
  expect(hidden).toEqual([]);
}

/**
 * Every situation of a cluster in one screenshot. Guards against states that look
 * the same or do not fit, and against some that not all users can read, also with
 * the few colors of a high contrast.
 */
test('every situation of a cluster', async ({ page, sidebar }) => {
  await page.route(/cluster-launcher\/clusters\?/, route =>
    route.fulfill({ json: SITUATIONS })
  );
  await page.reload();
  await sidebar.open();
  await expect(sidebar.rows).toHaveCount(SITUATIONS.length);
  await screenshot(page, 'states', sidebar.root);
  await sidebar.setWidth(200);
  await expect(page.locator(NOTICE)).toContainText('is idle, and shuts down');
  await checkWithAxe(page, '#jp-cluster-launcher', NOTICE);

  await page.emulateMedia({ forcedColors: 'active' });
  const bars = sidebar.rows.getByRole('progressbar');
  await toBeSeen(
    sidebar.rows.locator('.jp-ClusterLauncher-dot'),
    'backgroundColor'
  );
  await toBeSeen(bars.locator(':scope > div:first-child'), 'backgroundColor');
  await expect(bars.locator('.jp-ClusterLauncher-failedPart')).toHaveCSS(
    'background-image',
    /gradient/
  );
  await toBeSeen(sidebar.root.locator('.jp-icon3[fill]'), 'fill');
  await checkAsShown(page, ['#jp-cluster-launcher'], 'forced colors');
});

/**
 * A server without the extension, and one that does not answer. Guards against a
 * way out that not all users can read.
 */
test('a server that is missing, and one that is down', async ({
  page,
  sidebar
}) => {
  const ours = /\/cluster-launcher\//; // not the files of the extension
  const problem = sidebar.root.getByRole('alert');
  let answer: (route: Route) => Promise<void> = route =>
    route.fulfill({ status: 404, body: 'Not Found' });
  await page.route(ours, route => answer(route));
  await page.reload();
  await sidebar.show();
  await expect(problem).toContainText('not installed or not enabled');
  await checkWithAxe(page, '#jp-cluster-launcher');

  answer = route => route.abort();
  await problem.getByRole('button', { name: 'Try again' }).click();
  await expect(problem).toContainText('server is not responding');
  await checkWithAxe(page, '#jp-cluster-launcher');

  answer = route => route.continue();
  await problem.getByRole('button', { name: 'Try again' }).click();
  await expect(problem).toHaveCount(0);
  await expect(sidebar.form).toBeVisible();
});

/**
 * A hundred clusters with a thousand workers. Guards against rows that are
 * missing, stay empty on scrolling, or cannot be reached with the keyboard, and a
 * way to launch that is scrolled away.
 */
test('a hundred clusters', async ({ page, sidebar }) => {
  const many = Array.from({ length: 100 }, (_, index) =>
    report({
      name: `run ${index}`,
      created: inMinutes(-index),
      workers: workers(10)
    })
  );
  await page.route(/cluster-launcher\/clusters\?/, route =>
    route.fulfill({ json: many })
  );
  await page.reload();
  await sidebar.open();
  await expect(sidebar.rows).toHaveCount(100);
  await expect(
    page.locator('.jp-ClusterLauncher-status').getByText('1000 workers')
  ).toBeVisible();
  const last = sidebar.row('run 99');
  const stop = last.root.getByRole('button', { name: 'Stop run 99' });
  await expect(stop).toHaveCount(0);
  await last.root.scrollIntoViewIfNeeded();
  await expect(stop).toBeVisible();
  await expect(last.root.getByText(/10 workers/)).toBeVisible();

  // The line that launches is above them, and can be read there.
  const { form } = sidebar;
  await expect(
    form.getByRole('button', { name: 'Launch', exact: true })
  ).toBeInViewport({ ratio: 1 });
  const line = form.locator('.jp-ClusterLauncher-launchLine');
  const isOnTop = await line.evaluate(node => {
    const { height, width, x, y } = node.getBoundingClientRect();
    const seen = document.elementFromPoint(x + width / 2, y + height / 2);
    return node.contains(seen);
  });
  expect(isOnTop).toBe(true);
  await expect(line).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
  await checkWithAxe(page, '.jp-ClusterLauncher-launch');
  await sidebar.openForm();
  await expect(form.getByLabel('Workers')).toBeInViewport();
  await form.getByRole('button', { name: 'New cluster' }).click();
  await expect(form).toHaveAttribute('data-open', 'false');

  // From the first row to the eleventh, which was far outside of the viewport.
  const first = sidebar.row('run 0');
  await first.root.getByRole('button', { name: 'Rename run 0' }).focus();
  const eleventh = sidebar.row('run 10');
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(
      eleventh.root.getByRole('button', { name: 'Stop run 10' })
    ).toBeFocused({ timeout: 50 });
  }).toPass({ timeout: 60000, intervals: [0] });
});
