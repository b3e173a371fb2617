import {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';
import { IClusters, INotebooks } from './tokens';

/** The plugin whose settings are those of the extension. */
const SETTINGS = 'jupyter-cluster-launcher:sidebar';

/**
 * The settings, or null where there are none: then the defaults hold.
 */
async function loadSettings(
  registry: ISettingRegistry | null
): Promise<ISettingRegistry.ISettings | null> {
  try {
    return (await registry?.load(SETTINGS)) ?? null;
  } catch (reason) {
    console.warn('The settings of Dask Clusters do not load.', reason);
    return null;
  }
}

/** Keeps the list of clusters. */
const clustersPlugin: JupyterFrontEndPlugin<IClusters> = {
  id: 'jupyter-cluster-launcher:clusters',
  description: 'Keeps the list of Dask clusters of this Jupyter server.',
  autoStart: true,
  provides: IClusters,
  optional: [ITranslator],
  activate: async (app: JupyterFrontEnd, translator: ITranslator | null) => {
    const { Clusters } = await import('./api/clusters');
    return new Clusters({
      serverSettings: app.serviceManager.serverSettings,
      stream: app.serviceManager.events.stream,
      translator: translator ?? undefined
    });
  }
};

/** Knows the notebook in front, and puts code into it. */
const notebookPlugin: JupyterFrontEndPlugin<INotebooks> = {
  id: 'jupyter-cluster-launcher:notebook',
  description: 'Inserts the code of a cluster in the current notebook.',
  autoStart: true,
  provides: INotebooks,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const [{ Notebooks }, { Preferences }, settings] = await Promise.all([
      import('./notebook/notebooks'),
      import('./settings/preferences'),
      loadSettings(registry)
    ]);
    const preferences = new Preferences(settings);
    return new Notebooks({
      shell: app.shell,
      kernelspecs: app.serviceManager.kernelspecs,
      tracker,
      baseUrl: app.serviceManager.serverSettings.baseUrl,
      template: () => preferences.codeTemplate,
      executionScheduled: NotebookActions.executionScheduled,
      translator: translator ?? undefined
    });
  }
};

/** The sidebar and the commands. */
const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: SETTINGS,
  description: 'The sidebar that starts Dask clusters and lists them.',
  autoStart: true,
  requires: [IClusters],
  optional: [
    INotebooks,
    ISettingRegistry,
    ITranslator,
    ILabShell,
    ILayoutRestorer,
    ILauncher,
    ICommandPalette,
    IStatusBar
  ],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    notebooks: INotebooks | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    statusBar: IStatusBar | null
  ) => {
    const [{ addCommands }, { addSidebar }, { Preferences }] =
      await Promise.all([
        import('./commands'),
        import('./sidebar'),
        import('./settings/preferences')
      ]);
    const settings = await loadSettings(registry);
    const options = {
      app,
      clusters,
      hasTabs: labShell !== null,
      notebooks,
      translator: translator ?? nullTranslator
    };
    addCommands(options);
    await addSidebar({
      ...options,
      preferences: new Preferences(settings),
      restorer,
      launcher,
      palette,
      statusBar
    });
  }
};

/** Dashboard panes. */
const dashboardPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:dashboard',
  description: 'Opens the dashboards of Dask clusters in tabs.',
  autoStart: true,
  requires: [IClusters],
  optional: [ILabShell, ILayoutRestorer, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    const { addDashboards } = await import('./dashboard');
    addDashboards(
      {
        app,
        clusters,
        hasTabs: labShell !== null,
        notebooks: null,
        translator: translator ?? nullTranslator
      },
      restorer
    );
  }
};

/** A section of the Running panel. */
const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:running',
  description: 'Lists Dask clusters in the Running panel.',
  autoStart: true,
  requires: [IClusters],
  // A page of Notebook 7 has no such panel.
  optional: [IRunningSessionManagers, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    managers: IRunningSessionManagers | null,
    translator: ITranslator | null
  ) => {
    if (!managers) {
      return;
    }
    const { addRunning } = await import('./running');
    const trans = (translator ?? nullTranslator).load(
      'jupyter_cluster_launcher'
    );
    addRunning(managers, clusters, app.commands, trans);
  }
};

/** Our page of the Settings Editor. */
const settingsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-cluster-launcher:settings',
  description: 'Fields for the settings of Dask clusters.',
  autoStart: true,
  requires: [IClusters],
  optional: [IFormRendererRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    clusters: IClusters,
    registry: IFormRendererRegistry | null,
    translator: ITranslator | null
  ) => {
    if (!registry) {
      return;
    }
    const { addSettingFields } = await import('./settings/fields');
    const trans = (translator ?? nullTranslator).load(
      'jupyter_cluster_launcher'
    );
    addSettingFields(registry, SETTINGS, clusters, trans);
  }
};

export * from './tokens';
export default [
  clustersPlugin,
  notebookPlugin,
  sidebarPlugin,
  dashboardPlugin,
  runningPlugin,
  settingsPlugin
];
