// Opens a JupyterLab in a browser, shows a sidebar, and prints as JSON how long it took from the list's
// arrival until all that is visible of it was drawn, and until all of it was (milliseconds), and how many
// requests the sidebar then sent, idle.
//
// node sidebar.mjs URL TAB ROWS COUNT LIST REQUESTS SECONDS
//   TAB             the id of the sidebar's tab
//   ROWS            a selector of the rows, COUNT of which are awaited
//   LIST, REQUESTS  regular expressions for the address of the list, and for those that are counted
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(new URL('../ui-tests/package.json', import.meta.url));
const { chromium } = require('@playwright/test');
const [url, tab, rows, count, list, requests, seconds] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync),
  args: ['--no-sandbox', '--disable-dev-shm-usage']
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });

// The list is empty until the sidebar is open, so that its drawing is seen from the beginning.
let full = false;
await page.route(new RegExp(list), route =>
  full || route.request().method() !== 'GET' ? route.continue() : route.fulfill({ json: [] })
);
await page.addInitScript(address => {
  const original = window.fetch;
  window.fetch = async (...args) => {
    const answer = await original(...args);
    if (new RegExp(address).test(answer.url)) {
      window.listArrived = performance.now();
    }
    return answer;
  };
}, list);
await page.goto(url);
await page.locator(`.jp-SideBar li[data-id="${tab}"]`).waitFor({ timeout: 60_000 });
await page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: 60_000 });
await page.evaluate(id => window.jupyterapp.shell.activateById(id), tab);
await sleep(2_000);

full = true;
const [draw, all] = await page.evaluate(
  ([selector, number]) =>
    new Promise(resolve => {
      // After the frame in which the last row appeared, and the one with what that made
      // visible: rows may be filled in when they are seen.
      const drawn = () =>
        new Promise(done => {
          const note = () => done(performance.now() - window.listArrived);
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(note)));
        });
      let visible = null;
      const look = () => {
        const found = document.querySelectorAll(selector);
        const last = found[found.length - 1];
        const isWhole = found.length === Number(number);
        if (isWhole || last?.getBoundingClientRect().top > window.innerHeight) {
          visible ??= drawn();
        }
        if (isWhole) {
          resolve(Promise.all([visible, drawn()]));
        } else {
          setTimeout(look);
        }
      };
      look();
    }),
  [rows, count]
);

await sleep(5_000);
let sent = 0;
page.on('request', request => {
  sent += new RegExp(requests).test(request.url()) ? 1 : 0;
});
await sleep(Number(seconds) * 1_000);
await browser.close();
console.log(JSON.stringify({ draw, all, sent }));
