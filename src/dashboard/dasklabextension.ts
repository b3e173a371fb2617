import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

/** Commands of dask-labextension, where it is installed. */
const POINT = 'dask:populate-dashboard-url';
const OPEN = 'dask:launch-layout';

/** How long dask-labextension may take to look at an address, and how often we ask. */
const PATIENCE = 10000;
const INTERVAL = 100;

/** Whether dask-labextension is there. */
export function hasDaskPanes(commands: CommandRegistry): boolean {
  return commands.hasCommand(POINT) && commands.hasCommand(OPEN);
}

/**
 * Point the panes of dask-labextension at a dashboard, and open those that its
 * settings name.
 *
 * It looks at an address before it takes it, and does not say when it is done.
 * Until then it has no plots to open; that opening is enabled tells.
 *
 * @param url - in full, or below the base URL and without it
 */
export async function showInDaskPanes(
  commands: CommandRegistry,
  url: string,
  trans: TranslationBundle
): Promise<void> {
  await commands.execute(POINT, { url });
  const end = Date.now() + PATIENCE;
  while (!commands.isEnabled(OPEN)) {
    if (Date.now() > end) {
      throw new Error(
        trans.__(
          'dask-labextension cannot reach the dashboard at %1. If the dashboard wants a login, choose “Check dashboards via browser” in the settings of Dask.',
          url
        )
      );
    }
    await new Promise(resolve => setTimeout(resolve, INTERVAL));
  }
  await commands.execute(OPEN);
}
