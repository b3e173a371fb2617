import {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { IClusters, INotebooks } from '../tokens';
import { loadTranslation } from '../translation';

/** Adds an item to the toolbar of notebooks, and follows their kernels. */
export const toolbarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:toolbar',
  description: 'Shows the Dask cluster of a notebook in its toolbar.',
  autoStart: true,
  requires: [IClusters, INotebooks],
  optional: [IToolbarWidgetRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    notebooks: INotebooks,
    registry: IToolbarWidgetRegistry | null,
    translator: ITranslator | null
  ) => {
    const [{ addToolbarItem }, { addHabitCommands, followKernels }] =
      await Promise.all([import('./index'), import('../kernel')]);
    const trans = loadTranslation(translator);
    addHabitCommands({ app, clusters, notebooks, trans });
    followKernels({ clusters, notebooks, trans });
    if (registry) {
      const { commands } = app;
      addToolbarItem(registry, { clusters, commands, notebooks, trans });
    }
  }
};
