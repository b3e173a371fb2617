import { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { loadPreferences } from '../settings';
import { IClusters, INotebooks } from '../tokens';
import { loadTranslation } from '../translation';
import { Notebooks } from './notebooks';
import { showStoppedBars } from './stopped';

/**
 * Create the notebooks that code is inserted in, with bars above the cells whose
 * cluster has stopped.
 */
export async function createNotebooks(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  clusters: IClusters,
  registry: ISettingRegistry | null,
  translator: ITranslator | null
): Promise<INotebooks> {
  const preferences = await loadPreferences(registry);
  const { kernelspecs, serverSettings, user } = app.serviceManager;
  const notebooks = new Notebooks({
    shell: app.shell,
    kernelspecs,
    hasConnect: kernelName => clusters.hasConnect(kernelName),
    user: () => user.identity?.username ?? null,
    userChanged: user.userChanged,
    tracker,
    baseUrl: serverSettings.baseUrl,
    template: () => preferences.codeTemplate,
    executionScheduled: NotebookActions.executionScheduled,
    translator: translator ?? undefined
  });
  const { commands } = app;
  const trans = loadTranslation(translator);
  showStoppedBars({ clusters, commands, notebooks, trans });
  return notebooks;
}
