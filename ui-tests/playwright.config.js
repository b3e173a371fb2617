/**
 * The tests use their own server on a free port, with a base URL and its own home
 * directory: they change nothing in the home directory of the user.
 */
const { execFileSync } = require('child_process');
const { existsSync, mkdirSync, mkdtempSync } = require('fs');
const { tmpdir } = require('os');
const { delimiter, join } = require('path');
const base = require('@jupyterlab/galata/lib/playwright-config');

// The system gives no port of this range to connections: nobody takes it
// between this look and the start of the server.
const FREE_PORT = `
  const server = require('net').createServer();
  const listen = () =>
    server.listen(20000 + Math.floor(12000 * Math.random()), '127.0.0.1');
  server.on('error', listen).on('listening', () => {
    console.log(server.address().port);
    server.close();
  });
  listen();`;

// Stored in the environment, because every worker reads this file again.
const { env } = process;
env.UI_TESTS_PORT ??= String(
  execFileSync(process.execPath, ['-e', FREE_PORT])
).trim();
env.UI_TESTS_HOME ??= mkdtempSync(join(tmpdir(), 'ui-'));
// Workers of other clusters may remove files of ended ones at the same moment,
// and say so in the logs.
env.DASK_TEMPORARY_DIRECTORY ??= join(env.UI_TESTS_HOME, 'dask');
mkdirSync(join(env.UI_TESTS_HOME, 'root'), { recursive: true });

const baseURL = `http://127.0.0.1:${env.UI_TESTS_PORT}/lab-test`;
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  existsSync
);

module.exports = {
  ...base,
  testDir: './tests',
  // `make test-long` runs these.
  grepInvert: env.LONG_STORIES ? undefined : /@long/,
  workers: 1,
  retries: 0,
  timeout: 240000,
  expect: { timeout: 30000 },
  reporter: [['list']],
  use: {
    ...base.use,
    baseURL,
    viewport: { width: 1280, height: 900 },
    actionTimeout: 20000,
    trace: 'off',
    video: 'off', // It would download ffmpeg.
    launchOptions: {
      executablePath: env.CHROMIUM ?? chromium,
      args: ['--no-sandbox', '--disable-dev-shm-usage']
    }
  },
  webServer: {
    command: 'jupyter lab --config jupyter_server_test_config.py',
    url: `${baseURL}/api`,
    timeout: 120000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20000 },
    stdout: env.UI_TESTS_LOG ? 'pipe' : 'ignore',
    stderr: env.UI_TESTS_LOG ? 'pipe' : 'ignore',
    env: {
      ...env,
      HOME: env.UI_TESTS_HOME,
      JUPYTER_PATH: [join(__dirname, 'share'), env.JUPYTER_PATH]
        .filter(Boolean)
        .join(delimiter),
      JUPYTER_RUNTIME_DIR: join(env.UI_TESTS_HOME, 'runtime')
    }
  }
};
