import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

/** The command of dask-labextension that sets the URL of the dashboard. */
const SET_URL = 'dask:populate-dashboard-url';
/** The command of dask-labextension that opens its default panes. */
const OPEN_PANES = 'dask:launch-layout';

/** Milliseconds to wait for dask-labextension to check a URL. */
const TIMEOUT = 10_000;
/** Milliseconds between looks at whether it has done so. */
const INTERVAL = 100;

/** Whether dask-labextension is installed. */
export function hasDaskLabextension(commands: CommandRegistry): boolean {
  return commands.hasCommand(SET_URL) && commands.hasCommand(OPEN_PANES);
}

/**
 * Show a dashboard in the default panes of dask-labextension.
 *
 * dask-labextension checks a URL before it uses it and does not signal when it is
 * done. It can open panes afterwards, which its command shows by being enabled.
 *
 * @param url - absolute, or relative to the base URL
 * @throws Error for the user if dask-labextension cannot reach the dashboard
 */
export async function showInDaskLabextension(
  commands: CommandRegistry,
  url: string,
  trans: TranslationBundle
): Promise<void> {
  await commands.execute(SET_URL, { url });
  const end = Date.now() + TIMEOUT;
  while (!commands.isEnabled(OPEN_PANES)) {
    if (Date.now() > end) {
      throw new Error(
        trans.__(
          'dask-labextension cannot reach the dashboard at %1. If the dashboard requires a login, enable “Check dashboards via browser” in the settings of Dask.',
          url
        )
      );
    }
    await new Promise(resolve => setTimeout(resolve, INTERVAL));
  }
  await commands.execute(OPEN_PANES);
}
