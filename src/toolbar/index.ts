import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { openMenu } from '../sidebar/list/menus';
import { ToolbarItem } from './item';
import { IMenuOptions, notebookMenu } from './menu';

/** The name of the item, as in `schema/sidebar.json`. */
const NAME = 'dask-clusters';

/**
 * Add an item with its cluster to the toolbar of each notebook.
 */
export function addToolbarItem(
  registry: IToolbarWidgetRegistry,
  options: IMenuOptions
): void {
  registry.addFactory<NotebookPanel>(
    'Notebook',
    NAME,
    panel =>
      new ToolbarItem(panel, {
        ...options,
        open: button => void openMenu(button, notebookMenu(panel, options))
      })
  );
}
