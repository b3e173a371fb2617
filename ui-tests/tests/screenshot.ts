import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { join } from 'path';

/** The folder of the screenshots in the documentation. */
const FOLDER = join(__dirname, '..', '..', 'docs', 'screenshots');

/** The themes of every screenshot. */
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };

/**
 * Take a screenshot of the window in the light and the dark theme.
 *
 * @param name - of the files, which become NAME-light.png and NAME-dark.png
 */
export async function screenshot(
  page: IJupyterLabPageFixture,
  name: string
): Promise<void> {
  for (const [suffix, theme] of Object.entries(THEMES)) {
    await setTheme(page, theme);
    await page.screenshot({ path: join(FOLDER, `${name}-${suffix}.png`) });
  }
  await setTheme(page, THEMES.light);
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
