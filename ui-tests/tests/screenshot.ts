import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { join } from 'path';

/** Where the documentation has its pictures. */
const FOLDER = join(__dirname, '..', '..', 'docs', 'screenshots');

/** The themes that every picture is made in. */
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };

/**
 * Take a picture of the window in the light and the dark theme.
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
 * Change the theme and wait until it is drawn.
 */
export async function setTheme(
  page: IJupyterLabPageFixture,
  theme: string
): Promise<void> {
  if ((await page.theme.getTheme()) !== theme) {
    await page.theme.setTheme(theme);
  }
}
