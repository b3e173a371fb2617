import { expect, Page, test } from '@playwright/test';
import { ChildProcess, execFileSync, spawn } from 'child_process';
import { mkdirSync, writeFileSync } from 'fs';
import { createServer } from 'net';
import { join } from 'path';

/**
 * The wheel in the oldest JupyterLab and Notebook 7 that it is for. Guards
 * against calls that came later, and against what only JupyterLab has.
 */

const HOME = join(process.env.UI_TESTS_HOME!, 'older');
const ENVIRONMENT = join(HOME, 'venv');
const REPOSITORY = join(__dirname, '..', '..');

/** The notebook that the story happens in. */
const NOTEBOOK = {
  cells: [
    {
      cell_type: 'code',
      execution_count: null,
      id: 'first',
      metadata: {},
      outputs: [],
      source: []
    }
  ],
  metadata: {
    kernelspec: {
      display_name: 'Python 3',
      language: 'python',
      name: 'python3'
    }
  },
  nbformat: 4,
  nbformat_minor: 5
};

let server: ChildProcess;
let url: string;

test.beforeAll(async () => {
  test.setTimeout(600000);
  mkdirSync(join(HOME, 'root'), { recursive: true });
  writeFileSync(join(HOME, 'root', 'a.ipynb'), JSON.stringify(NOTEBOOK));
  const python = process.env.PYTHON ?? 'python3';
  execFileSync(python, ['-m', 'venv', ENVIRONMENT]);
  execFileSync(
    join(ENVIRONMENT, 'bin', 'pip'),
    [
      'install',
      '--quiet',
      'jupyterlab==4.2.*',
      'notebook==7.2.*',
      `${REPOSITORY}[local]`
    ],
    { env: { ...process.env, SKIP_JUPYTER_BUILDER: '1' }, stdio: 'pipe' }
  );
  const port = await freePort();
  url = `http://127.0.0.1:${port}/older`;
  server = spawn(
    join(ENVIRONMENT, 'bin', 'jupyter-lab'),
    [
      '--allow-root',
      '--no-browser',
      '--ip=127.0.0.1',
      `--port=${port}`,
      '--ServerApp.base_url=/older/',
      '--IdentityProvider.token=',
      '--LabApp.expose_app_in_browser=True',
      '--JupyterNotebookApp.expose_app_in_browser=True',
      `--ServerApp.root_dir=${join(HOME, 'root')}`
    ],
    {
      env: {
        ...process.env,
        HOME,
        JUPYTER_RUNTIME_DIR: join(HOME, 'runtime'),
        PATH: `${join(ENVIRONMENT, 'bin')}:${process.env.PATH}`
      },
      stdio: 'ignore'
    }
  );
  await expect
    .poll(
      () =>
        fetch(`${url}/api`).then(
          ({ ok }) => ok,
          () => false
        ),
      {
        timeout: 60000
      }
    )
    .toBe(true);
});

test.afterAll(async () => {
  const ended = new Promise(resolve => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
});

test('JupyterLab 4.2', async ({ page }) => {
  await page.goto(`${url}/lab/tree/a.ipynb?reset`);
  await story(page);
});

test('Notebook 7.2', async ({ page }) => {
  const failed: string[] = [];
  page.on('console', message => {
    if (message.text().includes('jupyter-cluster-launcher')) {
      failed.push(message.text());
    }
  });
  await page.goto(`${url}/notebooks/a.ipynb`);
  await story(page);
  expect(failed).toEqual([]);
});

/** Launch, find the code in the notebook, look at the log, stop. */
async function story(page: Page): Promise<void> {
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
  await expect
    .poll(() =>
      page.evaluate(() =>
        (window as any).jupyterapp?.commands.hasCommand('cluster-launcher:open')
      )
    )
    .toBe(true);
  await page.evaluate(() =>
    (window as any).jupyterapp.commands.execute('cluster-launcher:open')
  );
  const sidebar = page.locator('#jp-cluster-launcher');
  await sidebar.getByLabel('Workers', { exact: true }).fill('2');
  await sidebar.locator('[data-fold=options] summary').click();
  await sidebar.getByLabel('Threads per worker').fill('1');
  await sidebar.getByRole('button', { name: 'Launch', exact: true }).click();
  await expect(sidebar.getByText('2 of 2 workers')).toBeVisible({
    timeout: 60000
  });
  await expect(page.locator('.jp-Cell').first()).toContainText('Client(');
  await sidebar.locator('[data-action=logs]').click();
  await expect(page.getByRole('log')).toContainText('Scheduler at');
  await sidebar.getByRole('button', { name: /^Stop / }).click();
  await expect(sidebar.locator('.jp-ClusterLauncher-row')).toHaveCount(0);
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
