import { test as base } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { mkdirSync } from 'fs';
import { join } from 'path';
import { Sidebar } from './sidebar';

export { expect } from '@jupyterlab/galata';

/**
 * The test of Galata with the sidebar, and with a folder on disk: Galata creates
 * its folder with a request that supports neither a base URL nor XSRF.
 */
export const test = base.extend<{ sidebar: Sidebar }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
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

/** Collect the errors of a page and its console. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error') {
      errors.push(message.text());
    }
  });
  return errors;
}
