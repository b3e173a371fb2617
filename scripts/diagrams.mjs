/**
 * Draw docs/diagrams/*.mmd as pictures for light and dark pages, which need no network.
 *
 * Each picture ends with the digest of its source, by which a test knows that it is up to date.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'docs/diagrams');
// What the browser tests and JupyterLab need is installed there.
const require = createRequire(join(root, 'ui-tests/package.json'));
const { chromium } = require('@playwright/test');
const library = join(dirname(require.resolve('mermaid')), 'mermaid.min.js');

const executablePath =
  process.env.CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox']
});
const page = await browser.newPage();
await page.addScriptTag({ path: library });

for (const name of readdirSync(folder).filter(one => one.endsWith('.mmd'))) {
  const source = readFileSync(join(folder, name), 'utf-8');
  const digest = createHash('sha256').update(source).digest('hex');
  for (const [suffix, theme] of [
    ['light', 'neutral'],
    ['dark', 'dark']
  ]) {
    const picture = await page.evaluate(
      async ([text, chosen]) => {
        const { mermaid } = globalThis;
        const size = { useMaxWidth: false };
        mermaid.initialize({
          theme: chosen,
          fontFamily: 'sans-serif',
          htmlLabels: false, // pictures in a page have no HTML
          themeVariables: { fontSize: '18px' },
          flowchart: {
            ...size,
            nodeSpacing: 25,
            rankSpacing: 50,
            subGraphTitleMargin: { top: 4, bottom: 14 }
          },
          sequence: {
            ...size,
            actorMargin: 10,
            width: 125,
            wrap: true,
            messageFontSize: 17,
            actorFontSize: 17
          },
          state: { ...size, nodeSpacing: 110, rankSpacing: 70 }
        });
        return (await mermaid.render('diagram', text)).svg;
      },
      [source, theme]
    );
    const path = join(folder, name.replace(/\.mmd$/, `-${suffix}.svg`));
    writeFileSync(path, `${picture}\n<!-- ${digest} -->\n`);
  }
}
await browser.close();
