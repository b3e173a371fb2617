import {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';
import { CommandIDs } from './commands/ids';
import { IClusters, INotebooks } from './tokens';
import { toolbarPlugin } from './toolbar/plugin';
import { loadTranslation } from './translation';

/** Provides the model of the clusters. */
const clustersPlugin: JupyterFrontEndPlugin<IClusters> = {
  id: 'jupyter-cluster-launcher:clusters',
  description: 'Provides the list of Dask clusters of this Jupyter server.',
  autoStart: true,
  provides: IClusters,
  optional: [ITranslator],
  activate: async (app: JupyterFrontEnd, translator: ITranslator | null) => {
    const [{ Clusters }, { Events }, { refreshWhenVisible }] =
      await Promise.all([
        import('./api/clusters'),
        import('./api/events'),
        import('./api/visibility')
      ]);
    const { serverSettings } = app.serviceManager;
    const { interrupted, stream } = new Events(serverSettings);
    const clusters = new Clusters({
      ...{ interrupted, serverSettings, stream },
      translator: translator ?? undefined
    });
    refreshWhenVisible(clusters);
    return clusters;
  }
};

/** Provides the notebooks that code is inserted in. */
const notebookPlugin: JupyterFrontEndPlugin<INotebooks> = {
  id: 'jupyter-cluster-launcher:notebook',
  description: 'Inserts the code of a cluster in the current notebook.',
  autoStart: true,
  provides: INotebooks,
  requires: [INotebookTracker, IClusters],
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    clusters: IClusters,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const { createNotebooks } = await import('./notebook');
    return createNotebooks(app, tracker, clusters, registry, translator);
  }
};

/** Adds the commands that work on a cluster. */
const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:commands',
  description: 'Adds commands that insert code, and change or stop clusters.',
  autoStart: true,
  requires: [IClusters],
  optional: [INotebooks, ITranslator, ICommandPalette],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    notebooks: INotebooks | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ) => {
    const { addCommands } = await import('./commands');
    const trans = loadTranslation(translator);
    addCommands({ app, clusters, trans }, notebooks, palette);
  }
};

/** Adds the sidebar. */
const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:sidebar',
  description: 'Adds the sidebar that launches and lists Dask clusters.',
  autoStart: true,
  requires: [IClusters],
  optional: [
    INotebooks,
    ISettingRegistry,
    ITranslator,
    ILayoutRestorer,
    ILauncher,
    ILabShell,
    IEditorLanguageRegistry,
    IStateDB
  ],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    notebooks: INotebooks | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    launcher: ILauncher | null,
    labShell: ILabShell | null,
    languages: IEditorLanguageRegistry | null,
    state: IStateDB | null
  ) => {
    const [{ addSidebar }, { loadPreferences }] = await Promise.all([
      import('./sidebar'),
      import('./settings')
    ]);
    const preferences = await loadPreferences(registry, state);
    const trans = loadTranslation(translator);
    addSidebar({
      ...{ app, clusters, trans },
      ...{ languages, launcher, notebooks, preferences, restorer },
      hasTabs: labShell !== null
    });
  }
};

/** Adds an item to the status bar. */
const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:status',
  description: 'Shows the number of Dask workers in the status bar.',
  autoStart: true,
  requires: [IClusters],
  optional: [IStatusBar, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    if (statusBar) {
      const { addStatusItem } = await import('./sidebar/statusitem');
      const open = (): void => void app.commands.execute(CommandIDs.open);
      addStatusItem(statusBar, clusters, open, loadTranslation(translator));
    }
  }
};

/** Adds the logs. */
const logsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:logs',
  description: 'Shows the logs of Dask clusters.',
  autoStart: true,
  requires: [IClusters],
  optional: [ILabShell, ITranslator, INotebooks],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    labShell: ILabShell | null,
    translator: ITranslator | null,
    notebooks: INotebooks | null
  ) => {
    const { addLogs } = await import('./logs');
    const trans = loadTranslation(translator);
    addLogs({
      ...{ app, clusters, notebooks, trans },
      hasTabs: labShell !== null
    });
  }
};

/** Adds the dashboards. */
const dashboardPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:dashboard',
  description: 'Opens the dashboards of Dask clusters in tabs.',
  autoStart: true,
  requires: [IClusters],
  optional: [ILabShell, ILayoutRestorer, ITranslator, INotebooks],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
    notebooks: INotebooks | null
  ) => {
    const { addDashboards } = await import('./dashboard');
    const trans = loadTranslation(translator);
    const hasTabs = labShell !== null;
    addDashboards({ app, clusters, hasTabs, notebooks, restorer, trans });
  }
};

/** Adds a section to the Running panel, which Notebook 7 does not have. */
const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:running',
  description: 'Lists Dask clusters in the Running panel.',
  autoStart: true,
  requires: [IClusters],
  optional: [IRunningSessionManagers, ITranslator, INotebooks],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    managers: IRunningSessionManagers | null,
    translator: ITranslator | null,
    notebooks: INotebooks | null
  ) => {
    if (managers) {
      const { addRunning } = await import('./running');
      const trans = loadTranslation(translator);
      addRunning(managers, clusters, app.commands, trans, notebooks);
    }
  }
};

/** Adds fields to the Settings Editor. */
const settingsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:settings',
  description: 'Renders the settings of Dask clusters in the Settings Editor.',
  autoStart: true,
  requires: [IClusters],
  optional: [IFormRendererRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    registry: IFormRendererRegistry | null,
    translator: ITranslator | null
  ) => {
    if (registry) {
      const { addSettingFields } = await import('./settings/fields');
      addSettingFields(registry, clusters, loadTranslation(translator));
    }
  }
};

export * from './tokens';
export default [
  clustersPlugin,
  notebookPlugin,
  commandsPlugin,
  sidebarPlugin,
  toolbarPlugin,
  statusPlugin,
  logsPlugin,
  dashboardPlugin,
  runningPlugin,
  settingsPlugin
];
