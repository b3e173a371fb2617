import { JupyterFrontEnd } from '@jupyterlab/application';

/**
 * The area for a panel that is read, such as logs: it needs width. Notebook 7 has
 * a single tab in its main area. Since 7.4 it has a panel below it.
 *
 * @param app - the application
 * @param hasTabs - whether the main area has tabs, as in JupyterLab
 */
export function readingArea(
  app: Pick<JupyterFrontEnd, 'version'>,
  hasTabs: boolean
): 'main' | 'down' | 'right' {
  if (hasTabs) {
    return 'main';
  }
  const [major, minor] = app.version.split('.').map(Number);
  return major > 7 || minor >= 4 ? 'down' : 'right';
}
