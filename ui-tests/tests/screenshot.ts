import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { join } from 'path';

/** The folder of the screenshots in the documentation. */
const FOLDER = join(__dirname, '..', '..', 'docs', 'screenshots');

/** The Python environment of the tests. */
const ENVIRONMENT = join(__dirname, '..', '..', '.venv');

/** The themes of every screenshot. */
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };

/**
 * Take a screenshot of the window, or a part of it, in the light and the dark theme.
 *
 * @param name - of the files, which become NAME-light.png and NAME-dark.png
 * @param part - by default the window
 */
export async function screenshot(
  page: IJupyterLabPageFixture,
  name: string,
  part?: Locator
): Promise<void> {
  await page.evaluate(showPath, [ENVIRONMENT, '/opt/jupyter'] as const);
  for (const [suffix, theme] of Object.entries(THEMES)) {
    await setTheme(page, theme);
    await (part ?? page).screenshot({
      animations: 'disabled', // what moves is where it ends
      path: join(FOLDER, `${name}-${suffix}.png`)
    });
  }
  await setTheme(page, THEMES.light);
}

/**
 * Show another path than that of the computer on which the pictures are taken.
 */
function showPath([path, shown]: readonly [string, string]): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode } = texts;
    if (currentNode.nodeValue?.includes(path)) {
      currentNode.nodeValue = currentNode.nodeValue.replaceAll(path, shown);
    }
  }
}

/**
 * Change the theme and wait until it is applied.
 */
export async function setTheme(
  page: IJupyterLabPageFixture,
  theme: string
): Promise<void> {
  if ((await page.theme.getTheme()) !== theme) {
    await page.theme.setTheme(theme);
  }
}
