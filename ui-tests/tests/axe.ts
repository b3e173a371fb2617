import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { setTheme } from './screenshot';
import { expect } from './test';

/** The themes of JupyterLab. */
const THEMES = [
  'JupyterLab Light',
  'JupyterLab Dark',
  'JupyterLab Dark High Contrast'
];

/** What axe finds in the separators of every menu of JupyterLab. */
const RULES_OF_SEPARATORS = [
  'aria-required-children',
  'presentation-role-conflict'
];

/**
 * Fail with what axe finds in a menu, in each theme.
 *
 * @param open - opens the menu, which a change of the theme may close
 */
export async function checkMenuWithAxe(
  page: IJupyterLabPageFixture,
  open: () => Promise<void>
): Promise<void> {
  for (const theme of THEMES) {
    await setTheme(page, theme);
    await open();
    await expect(page.getByRole('menu').last()).toBeVisible();
    const { violations } = await new AxeBuilder({ page })
      .include('.lm-Menu')
      .disableRules(RULES_OF_SEPARATORS)
      .analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      theme
    ).toEqual([]);
    await page.keyboard.press('Escape');
  }
}

/** Fail with what axe finds in parts of the page, in each theme. */
export async function checkWithAxe(
  page: IJupyterLabPageFixture,
  ...parts: string[]
): Promise<void> {
  for (const theme of THEMES) {
    await setTheme(page, theme);
    const builder = new AxeBuilder({ page });
    parts.forEach(part => builder.include(part));
    const { violations } = await builder.analyze();
    const found = violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary])
    }));
    expect(found, theme).toEqual([]);
  }
}
