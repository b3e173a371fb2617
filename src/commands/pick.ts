import { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { askChoice } from '../components/askchoice';
import { isAlive } from '../format';
import { isConsole } from '../notebook/target';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { clusterFor } from '../toolbar/state';

/** The CSS class of rows, for the commands of their context menu. */
export const ROW_CLASS = 'jp-ClusterLauncher-row';

/** The options of commands that work on a cluster. */
export interface ICommandOptions {
  /** The application. */
  app: JupyterFrontEnd;
  /** The clusters. */
  clusters: IClusters;
  /** The notebooks, to take the cluster of the current one. */
  notebooks?: INotebooks | null;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Notify the user of an error.
 */
export function notifyError(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  Notification.error(message, { autoClose: 8000 });
}

/**
 * Find the cluster that a command acts on without asking: the one in its arguments,
 * else the one whose context menu is open, else the one that the notebook in front
 * uses, else the only one there is. What a command shows has to be about this one.
 *
 * @param filter - the clusters to choose from
 * @param takesOwn - whether to take the one that the notebook in front uses
 * @returns null if there is none, or the user has to pick one
 */
export function findCluster(
  args: ReadonlyPartialJSONObject,
  options: ICommandOptions,
  filter: (cluster: ICluster) => boolean = () => true,
  takesOwn = true
): ICluster | null {
  const { app, clusters, notebooks } = options;
  if (namedId(args, app) !== undefined) {
    return namedCluster(args, options) ?? null;
  }
  const own = takesOwn ? clusterInFront(clusters, notebooks) : null;
  if (own) {
    // Not the only other one instead: the user thinks of the notebook's.
    return filter(own) ? own : null;
  }
  const candidates = clusters.clusters.filter(filter);
  return candidates.length === 1 ? candidates[0] : null;
}

/**
 * Find the cluster for a command, as `findCluster` does; else let the user pick one.
 *
 * @returns null if there is none, or the user cancelled
 */
export async function pickCluster(
  args: ReadonlyPartialJSONObject,
  options: ICommandOptions,
  filter: (cluster: ICluster) => boolean = () => true,
  takesOwn = true
): Promise<ICluster | null> {
  const { app, clusters, trans } = options;
  const found = findCluster(args, options, filter, takesOwn);
  if (found || namedId(args, app) !== undefined) {
    return found;
  }
  const candidates = clusters.clusters.filter(filter);
  if (candidates.length === 0) {
    Notification.info(
      clusters.clusters.some(isAlive)
        ? trans.__('None of your running clusters allows this now.')
        : trans.__('No running Dask cluster.')
    );
    return null;
  }
  const id = await askChoice({
    title: trans.__('Select a cluster'),
    label: trans.__('Cluster'),
    choices: candidates.map(({ id, name, platform_title: title }, index) => ({
      value: id,
      label: `${index + 1}. ${name}, ${title}`
    }))
  });
  return candidates.find(each => each.id === id) ?? null;
}

/**
 * The cluster that the notebook in front uses, as its toolbar shows it; null if
 * there is none.
 */
export function clusterInFront(
  clusters: IClusters,
  notebooks: INotebooks | null | undefined
): ICluster | null {
  const panel = notebookOf({}, notebooks);
  return panel && clusterFor(panel, notebooks!, clusters).cluster;
}

/**
 * The cluster in the arguments of a command, or whose context menu is open;
 * undefined if there is none.
 */
export function namedCluster(
  args: ReadonlyPartialJSONObject,
  { app, clusters }: Pick<ICommandOptions, 'app' | 'clusters'>
): ICluster | undefined {
  const id = namedId(args, app);
  return id === undefined ? undefined : clusters.get(id);
}

/** The id of that cluster, which may be listed no more. */
function namedId(
  args: ReadonlyPartialJSONObject,
  app: JupyterFrontEnd
): string | undefined {
  const id = args.id ?? clusterOfContextMenu(app, args);
  return typeof id === 'string' ? id : undefined;
}

/**
 * The id of the cluster whose context menu a command is chosen in. Any other command
 * is about no row: the application keeps the last click in a context menu for good.
 */
export function clusterOfContextMenu(
  app: JupyterFrontEnd,
  { isContextMenu }: ReadonlyPartialJSONObject
): string | undefined {
  return isContextMenu
    ? app.contextMenuHitTest(node => node.classList.contains(ROW_CLASS))
        ?.dataset.clusterId
    : undefined;
}

/**
 * The notebook for a command: the one in its arguments, else the one in front.
 *
 * @returns null if there is none
 */
export function notebookOf(
  { notebook }: ReadonlyPartialJSONObject,
  notebooks: INotebooks | null | undefined
): NotebookPanel | null {
  if (typeof notebook === 'string') {
    const isIt = (panel: NotebookPanel): boolean =>
      panel.context.path === notebook;
    return notebooks?.panels.find(isIt) ?? null;
  }
  const target = notebooks?.panel ?? null;
  return isConsole(target) ? null : target;
}
