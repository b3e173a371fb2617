import { test as base } from '@jupyterlab/galata';
import { mkdirSync } from 'fs';
import { join } from 'path';
import { Sidebar } from './sidebar';

export { expect } from '@jupyterlab/galata';

/**
 * Galata's test with the sidebar, and with a folder on disk: Galata makes its
 * folder by a request that knows neither a base URL nor XSRF.
 */
export const test = base.extend<{ sidebar: Sidebar }>({
  // Playwright wants to see which fixtures are used: none.
  // eslint-disable-next-line no-empty-pattern
  tmpPath: async ({}, use, testInfo) => {
    const name = testInfo.testId;
    mkdirSync(join(process.env.UI_TESTS_HOME!, 'root', name), {
      recursive: true
    });
    await use(name);
  },
  sidebar: async ({ page }, use) => {
    const sidebar = new Sidebar(page);
    await use(sidebar);
    await sidebar.stopAll();
    await sidebar.shutdownKernels();
  }
});
