import { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { CELL_METADATA, markedCell } from '../notebook/mark';
import { requestOf } from '../notebook/metadata';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { codeText } from '../notebook/template';

/** What is needed to create a notebook. */
export interface INewNotebookOptions {
  /** The application. */
  app: JupyterFrontEnd;
  /** The clusters. */
  clusters: IClusters;
  /** The open notebooks; null without a notebook application. */
  notebooks: INotebooks | null;
  /** The lines of the code that connects, with variables. */
  template: readonly string[];
}

/**
 * Create a notebook with the environment of a cluster and the code that connects
 * to it, and open it. In Notebook 7 it opens in a tab of the browser.
 */
export async function createNotebook(
  cluster: ICluster,
  { app, clusters, notebooks, template }: INewNotebookOptions
): Promise<void> {
  const { contents, kernelspecs, serverSettings, user } = app.serviceManager;
  const { kernel_name: name } = cluster;
  const hasConnect = await clusters.hasConnect(name).catch(() => false);
  const code = codeText(
    cluster,
    'connect',
    template,
    serverSettings.baseUrl,
    hasConnect
  );
  const spec = kernelspecs.specs?.kernelspecs[name];
  const request = requestOf(cluster);
  const cell = markedCell({
    cluster_id: cluster.id,
    name: cluster.name,
    code: (code ?? '').trimEnd(),
    // Whether several share the notebook is known only after it was opened. Without
    // a hub, the same user has another name tomorrow.
    user: PageConfig.getOption('hubUser') ? user.identity?.username : undefined
  });
  const content = {
    cells: [{ ...cell, execution_count: null, outputs: [] }],
    metadata: {
      ...(request ? { [CELL_METADATA]: { request } } : {}),
      kernelspec: {
        name,
        display_name: spec?.display_name ?? name,
        language: spec?.language ?? 'python'
      }
    },
    nbformat: 4,
    nbformat_minor: 5
  };
  const { path } = await contents.newUntitled({ type: 'notebook' });
  await contents.save(path, { type: 'notebook', format: 'json', content });
  const panel: NotebookPanel | undefined = await app.commands.execute(
    'docmanager:open',
    { path }
  );
  await panel?.context?.ready;
  if (panel?.context && !panel.isDisposed) {
    notebooks?.claim(panel, cell.id);
  }
}
