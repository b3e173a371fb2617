import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect, Locator, test } from '@playwright/test';

/** The tab of the sidebar. */
const TAB = 'jp-cluster-launcher';

/**
 * How long to wait for a cluster, in milliseconds: as long as the story may take. A
 * launch or a stop takes long on a machine that other programs use, too.
 */
const limit = (): number => test.info().timeout;

/**
 * The sidebar as a user sees it.
 */
export class Sidebar {
  constructor(readonly page: IJupyterLabPageFixture) {
    this.root = page.locator(`#${TAB}`);
  }

  readonly root: Locator;

  /** The launch form. */
  get form(): Locator {
    return this.root.getByRole('form', { name: 'Launch a cluster' });
  }

  /** All rows. */
  get rows(): Locator {
    return this.root.locator('.jp-ClusterLauncher-row');
  }

  /** Show the sidebar and wait for the platforms. */
  async open(): Promise<void> {
    await this.show();
    await expect(this.form).toBeVisible();
  }

  /** Show the sidebar. */
  async show(): Promise<void> {
    // Until the layout is restored, a click may close the tab.
    await this.page.waitForFunction(() => (window as any).jupyterapp);
    await this.page.evaluate(async () => {
      await window.jupyterapp.restored;
    });
    await this.page.sidebar.openTab(TAB);
  }

  /** Show all fields of the form. */
  async openForm(): Promise<void> {
    if ((await this.form.getAttribute('data-open')) === 'false') {
      await this.root.getByRole('button', { name: 'New cluster' }).click();
    }
    await expect(this.form).toHaveAttribute('data-open', 'true');
  }

  /** Set the width of the sidebar in pixels. */
  async setWidth(width: number): Promise<void> {
    // Narrower than JupyterLab allows; it reads the limit when a tab is opened.
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

  /** Select a platform by the name of its file: local, denali, tallgrass, … */
  async pickPlatform(name: string): Promise<void> {
    await this.openForm();
    await this.form.getByRole('button', { name: /^Platform:/ }).click();
    const platform = this.platforms.locator(`[data-platform="${name}"]`);
    if (!(await platform.isVisible())) {
      await this.platforms.getByRole('button', { name: /^Show all/ }).click();
    }
    await platform.click();
    await expect(this.platforms).toHaveCount(0);
  }

  /** The open list of platforms. */
  get platforms(): Locator {
    return this.form.getByRole('radiogroup', { name: 'Platform' });
  }

  /** Fill in the number of workers. */
  async setWorkers(count: number, label: string | RegExp = /^(Workers|Jobs)/) {
    await this.openForm();
    await this.form.getByLabel(label).fill(String(count));
  }

  /**
   * Expand a section of the form.
   *
   * @param name - options, advanced, lifetime or found
   */
  async expand(name: string): Promise<Locator> {
    await this.openForm();
    const fold = this.form.locator(`[data-fold="${name}"]`);
    if ((await fold.getAttribute('open')) === null) {
      await fold.locator('summary').click();
    }
    return fold;
  }

  /** Show the code that would run in a tab. */
  async preview(): Promise<void> {
    await this.openForm();
    await this.form.getByRole('button', { name: 'Preview code' }).click();
    await expect(this.code).toBeVisible();
  }

  /** The tab with the code that would run. */
  get code(): Locator {
    return this.page.locator('.jp-ClusterLauncher-previewPanel');
  }

  /** Scroll the form so far that a field is at its top. */
  async scrollTo(field: Locator): Promise<void> {
    await field.evaluate(node => {
      node.closest('.jp-ClusterLauncher-field')!.scrollIntoView();
    });
  }

  /** Fill in the name of the cluster. */
  async setName(name: string): Promise<void> {
    await this.expand('lifetime');
    await this.form.getByLabel('Name', { exact: true }).fill(name);
  }

  /** Launch a cluster and wait for its row. */
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

  /** Find the row of a cluster by its name. */
  row(name: string): Row {
    return new Row(this.root.getByRole('listitem', { name, exact: true }));
  }

  /** Find the row of a cluster by its id. */
  rowOf(id: string): Row {
    return new Row(this.root.locator(`[data-cluster-id="${id}"]`));
  }

  /**
   * Stop all clusters, and leave those that were joined, so that the next test
   * starts without any.
   */
  async stopAll(): Promise<void> {
    await this.deleteAll('cluster-launcher/clusters');
    await expect
      .poll(() => this.list('cluster-launcher/clusters'), { timeout: limit() })
      .toEqual([]);
  }

  /** Shut down the kernels of notebooks. */
  async shutdownKernels(): Promise<void> {
    await this.deleteAll('api/sessions');
  }

  /** Fetch the list of a route. */
  private list(route: string): Promise<{ id: string; joined?: boolean }[]> {
    return this.page.evaluate(async route => {
      const { baseUrl } = (window as any).jupyterapp.serviceManager
        .serverSettings;
      // A hub requires the XSRF token for GET, too.
      const xsrf = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
      const headers = { 'X-XSRFToken': xsrf };
      return (await fetch(baseUrl + route, { headers })).json();
    }, route);
  }

  /** Delete all items in the list of a route. */
  private async deleteAll(route: string): Promise<void> {
    const paths = (await this.list(route)).map(
      ({ id, joined }) => `${id}${joined ? '?leave=true' : ''}`
    );
    await this.page.evaluate(
      async ([route, paths]) => {
        const { baseUrl } = (window as any).jupyterapp.serviceManager
          .serverSettings;
        const xsrf = document.cookie.match(/_xsrf=([^;]+)/)?.[1] ?? '';
        for (const path of paths) {
          await fetch(`${baseUrl}${route}/${path}`, {
            method: 'DELETE',
            headers: { 'X-XSRFToken': xsrf }
          });
        }
      },
      [route, paths] as [string, string[]]
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
  async toBe(state: string, timeout = limit()): Promise<void> {
    await expect(this.root).toHaveAttribute('data-state', state, { timeout });
  }

  /** Wait for a number of ready and requested workers, or jobs where jobs are counted. */
  async toHaveWorkers(
    ready: number,
    requested = ready,
    timeout = limit()
  ): Promise<void> {
    const count = ready === requested ? ready : `${ready} of ${requested}`;
    await expect(
      this.root.getByText(new RegExp(`(^|· )${count} (worker|job)`))
    ).toBeVisible({ timeout });
  }

  /** Change the number of workers. */
  async scale(count: number): Promise<void> {
    await this.click('scale');
    const field = this.root.getByLabel('Scale to');
    await field.fill(String(count));
    await field.press('Enter');
  }

  /**
   * Change for how long jobs are kept.
   *
   * @param time - as the form in the row has it
   */
  async keepJobs(time: string): Promise<void> {
    await this.click('scale');
    const field = this.root.getByLabel('Keep jobs running for');
    await field.selectOption({ label: time });
    await this.root.getByRole('button', { name: 'Apply' }).click();
    await expect(field).toHaveCount(0);
  }

  /**
   * Click a button of the row.
   *
   * @param action - insert, dashboards, scale, logs, more or stop
   */
  async click(action: string): Promise<void> {
    await this.root.locator(`[data-action="${action}"]`).click();
  }

  /** Stop or dismiss the cluster, and wait until the row is removed. */
  async stop(): Promise<void> {
    await this.click('stop');
    const confirm = this.root
      .page()
      .locator('.jp-Dialog')
      .getByRole('button', { name: 'Stop' });
    await expect(async () => {
      if (await confirm.isVisible()) {
        await confirm.click();
      }
      await this.toBeRemoved(500);
    }).toPass({ timeout: limit() });
  }

  /** Wait until the row is removed. */
  async toBeRemoved(timeout = limit()): Promise<void> {
    await expect(this.root).toHaveCount(0, { timeout });
  }
}
