import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { setTheme } from './screenshot';
import { expect } from './test';

/** The themes of JupyterLab. */
export const THEMES = [
  'JupyterLab Light',
  'JupyterLab Dark',
  'JupyterLab Dark High Contrast'
];

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
