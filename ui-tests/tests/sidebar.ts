import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, Locator } from '@playwright/test';

/** The tab of the sidebar. */
const TAB = 'jp-cluster-launcher';

/**
 * The sidebar as a person uses it.
 */
export class Sidebar {
  constructor(readonly page: IJupyterLabPageFixture) {
    this.root = page.locator(`#${TAB}`);
  }

  readonly root: Locator;

  /** The form that starts a cluster. */
  get form(): Locator {
    return this.root.getByRole('form', { name: 'Start a cluster' });
  }

  /** All rows. */
  get rows(): Locator {
    return this.root.locator('.jp-ClusterLauncher-row');
  }

  /** Show the sidebar and wait for the platforms. */
  async open(): Promise<void> {
    // Before the layout of the last visit is back, a click may close the tab.
    await this.page.waitForFunction(() => (window as any).jupyterapp);
    await this.page.evaluate(async () => {
      await window.jupyterapp.restored;
    });
    await this.page.sidebar.openTab(TAB);
    await expect(this.form).toBeVisible();
  }

  /** Make the sidebar this many pixels wide. */
  async setWidth(width: number): Promise<void> {
    // Narrower than JupyterLab allows; the limit is read when a tab is opened.
    await this.page.sidebar.close('left');
    await this.page.addStyleTag({
      content: ':root { --jp-sidebar-min-width: 180px !important; }'
    });
    await this.page.sidebar.openTab(TAB);
    await this.page.sidebar.setWidth(width, 'left');
    await expect
      .poll(async () => Math.round((await this.root.boundingBox())!.width))
      .toBeLessThanOrEqual(width + 1);
  }

  /** Pick a platform by the name of its file: local, denali, tallgrass, … */
  async pickPlatform(name: string): Promise<void> {
    await this.form.getByRole('button', { name: /^Platform:/ }).click();
    await this.platforms.locator(`[data-platform="${name}"]`).click();
    await expect(this.platforms).toHaveCount(0);
  }

  /** The unfolded list of platforms. */
  get platforms(): Locator {
    return this.form.getByRole('radiogroup', { name: 'Platform' });
  }

  /** Type the number of workers. */
  async setWorkers(count: number, label: string | RegExp = /^(Workers|Jobs)/) {
    await this.form.getByLabel(label).fill(String(count));
  }

  /**
   * Unfold a part of the form.
   *
   * @param name - options, advanced, lifetime, preview or found
   */
  async unfold(name: string): Promise<Locator> {
    const fold = this.form.locator(`[data-fold="${name}"]`);
    if ((await fold.getAttribute('open')) === null) {
      await fold.locator('summary').click();
    }
    return fold;
  }

  /** Name the next cluster. */
  async setName(name: string): Promise<void> {
    await this.unfold('lifetime');
    await this.form.getByLabel('Name', { exact: true }).fill(name);
  }

  /** Press Launch and wait for the row of the new cluster. */
  async launch(): Promise<Row> {
    const known = await this.rows.evaluateAll(nodes =>
      nodes.map(node => (node as HTMLElement).dataset.clusterId)
    );
    await this.form.getByRole('button', { name: 'Launch' }).click();
    await expect(this.rows).toHaveCount(known.length + 1);
    const ids = await this.rows.evaluateAll(nodes =>
      nodes.map(node => (node as HTMLElement).dataset.clusterId!)
    );
    return this.rowOf(ids.find(id => !known.includes(id))!);
  }

  /** The row of a cluster by its name. */
  row(name: string): Row {
    return new Row(this.root.getByRole('listitem', { name, exact: true }));
  }

  /** The row of a cluster by its id. */
  rowOf(id: string): Row {
    return new Row(this.root.locator(`[data-cluster-id="${id}"]`));
  }

  /** Stop whatever is still there, so that the next test finds nothing. */
  async stopAll(): Promise<void> {
    await this.deleteAll('cluster-launcher/clusters');
    await expect
      .poll(() => this.list('cluster-launcher/clusters'), { timeout: 30000 })
      .toEqual([]);
  }

  /** Shut down the kernels of notebooks. */
  async shutdownKernels(): Promise<void> {
    await this.deleteAll('api/sessions');
  }

  /** What a route of the server lists. */
  private list(route: string): Promise<{ id: string }[]> {
    return this.page.evaluate(async route => {
      const { baseUrl } = (window as any).jupyterapp.serviceManager
        .serverSettings;
      // A hub wants the token of the page for reading, too.
      const xsrf = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
      const headers = { 'X-XSRFToken': xsrf };
      return (await fetch(baseUrl + route, { headers })).json();
    }, route);
  }

  /** Delete all that a route of the server lists. */
  private async deleteAll(route: string): Promise<void> {
    const ids = (await this.list(route)).map(({ id }) => id);
    await this.page.evaluate(
      async ([route, ids]) => {
        const { baseUrl } = (window as any).jupyterapp.serviceManager
          .serverSettings;
        const xsrf = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
        for (const id of ids) {
          await fetch(`${baseUrl}${route}/${id}`, {
            method: 'DELETE',
            headers: { 'X-XSRFToken': xsrf }
          });
        }
      },
      [route, ids] as [string, string[]]
    );
  }
}

/**
 * The row of one cluster.
 */
export class Row {
  constructor(readonly root: Locator) {}

  /** The id of the cluster. */
  async id(): Promise<string> {
    return (await this.root.getAttribute('data-cluster-id'))!;
  }

  /** Wait until the cluster is in a state. */
  async toBe(state: string, timeout = 60000): Promise<void> {
    await expect(this.root).toHaveAttribute('data-state', state, { timeout });
  }

  /** Wait until so many workers of so many are there. */
  async toHaveWorkers(
    ready: number,
    requested = ready,
    timeout = 60000
  ): Promise<void> {
    await expect(
      this.root.getByText(`${ready} of ${requested} worker`)
    ).toBeVisible({ timeout });
  }

  /** Type a number of workers and press Enter. */
  async scale(count: number): Promise<void> {
    const field = this.root.getByLabel('Scale to');
    await field.fill(String(count));
    await field.press('Enter');
  }

  /**
   * Press a button of the row.
   *
   * @param action - insert, dashboards, logs, more or stop
   */
  async press(action: string): Promise<void> {
    await this.root.locator(`[data-action="${action}"]`).click();
  }

  /** Press Stop and wait until the row is gone. */
  async stop(): Promise<void> {
    await this.press('stop');
    await this.toBeGone();
  }

  /** Wait until the row is gone. */
  async toBeGone(timeout = 30000): Promise<void> {
    await expect(this.root).toHaveCount(0, { timeout });
  }
}
