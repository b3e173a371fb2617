/**
 * The area for a panel that is read, such as logs: it needs width. Notebook 7 has
 * a single tab in its main area, and a panel below it.
 *
 * @param hasTabs - whether the main area has tabs, as in JupyterLab
 */
export function readingArea(hasTabs: boolean): 'main' | 'down' {
  return hasTabs ? 'main' : 'down';
}
