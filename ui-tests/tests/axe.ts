import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { setTheme } from './screenshot';
import { expect } from './test';

/** The themes of JupyterLab. */
const THEMES = [
  'JupyterLab Light',
  'JupyterLab Dark',
  'JupyterLab Dark High Contrast'
];

/** What axe finds in the separators and submenus of every menu of JupyterLab. */
const RULES_OF_ITEMS = [
  'aria-required-children',
  'listitem',
  'presentation-role-conflict'
];

/**
 * Fail with what axe finds in a menu, in each theme.
 *
 * @param open - opens the menu, which a change of the theme may close
 */
export async function checkMenuWithAxe(
  page: IJupyterLabPageFixture,
  open: () => Promise<unknown>
): Promise<void> {
  for (const theme of await themesOf(page)) {
    await setTheme(page, theme);
    await open();
    await expect(page.getByRole('menu').last()).toBeVisible();
    const { violations } = await new AxeBuilder({ page })
      .include('.lm-Menu')
      .disableRules(RULES_OF_ITEMS)
      .analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      theme
    ).toEqual([]);
    await page.menu.closeAll();
  }
}

/** Fail with what axe finds in parts of the page, in each theme. */
export async function checkWithAxe(
  page: IJupyterLabPageFixture,
  ...parts: string[]
): Promise<void> {
  for (const theme of await themesOf(page)) {
    await setTheme(page, theme);
    await checkAsShown(page, parts, theme);
  }
}

/**
 * Fail with what axe finds in parts of the page as they look now, but not inside
 * of frames: those have pages of Dask.
 *
 * @param looks - how that is, for the message
 */
export async function checkAsShown(
  page: Page,
  parts: readonly string[],
  looks: string
): Promise<void> {
  const builder = new AxeBuilder({ page });
  parts.forEach(part => builder.include(part));
  const { violations } = await builder.analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes
      .filter(({ target }) => target.length === 1)
      .map(({ html, failureSummary }) => ({ id, html, failureSummary }))
  );
  expect(found, looks).toEqual([]);
}

/** The themes, the current one first: each change takes a second. */
async function themesOf(page: IJupyterLabPageFixture): Promise<string[]> {
  const current = await page.theme.getTheme();
  return [
    ...THEMES.filter(theme => theme === current),
    ...THEMES.filter(theme => theme !== current)
  ];
}
