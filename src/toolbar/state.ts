import { NotebookPanel } from '@jupyterlab/notebook';
import { hasEnded, isAlive } from '../format';
import { isConsole, Target } from '../notebook/target';
import { connectCall } from '../notebook/template';
import { ICluster, IClusters, INotebooks } from '../tokens';

/** The cluster of a notebook. */
export interface IOwnCluster {
  /** The cluster; null if it is not listed any more, or there is none. */
  cluster: ICluster | null;
  /** Whether it has stopped. */
  hasStopped: boolean;
}

/**
 * Find the cluster that a notebook connects to. The short code also finds one
 * that was launched since, and is called the same.
 */
export function clusterFor(
  panel: NotebookPanel,
  notebooks: Pick<INotebooks, 'clusterOf' | 'sourceOf'>,
  clusters: Pick<IClusters, 'clusters' | 'get' | 'status'>
): IOwnCluster {
  const id = notebooks.clusterOf(panel);
  const own = id === null ? undefined : clusters.get(id);
  if (id === null || (own && !hasEnded(own))) {
    return { cluster: own ?? null, hasStopped: false };
  }
  const code = notebooks.sourceOf(panel);
  const other = clusters.clusters.find(
    each => isAlive(each) && code.includes(connectCall(each.name))
  );
  return other
    ? { cluster: other, hasStopped: false }
    : { cluster: own ?? null, hasStopped: clusters.status === 'ready' };
}

/**
 * Whether a notebook works with a cluster that is alive, so that the code of another
 * one would take its place. A console has no such code.
 */
export function hasLiving(
  target: Target,
  notebooks: Pick<INotebooks, 'clusterOf' | 'sourceOf'>,
  clusters: Pick<IClusters, 'clusters' | 'get' | 'status'>
): boolean {
  const own = isConsole(target)
    ? null
    : clusterFor(target, notebooks, clusters).cluster;
  return own !== null && isAlive(own);
}

/**
 * Whether a notebook uses a cluster, or used it until it stopped: by its id, or by
 * its name in the short code.
 *
 * @param id - the id of the cluster, which may be listed no more
 */
export function usesCluster(
  panel: NotebookPanel,
  id: string,
  notebooks: Pick<INotebooks, 'clusterOf' | 'sourceOf'>,
  clusters: Pick<IClusters, 'clusters' | 'get' | 'status'>
): boolean {
  const { cluster } = clusterFor(panel, notebooks, clusters);
  if (cluster && !hasEnded(cluster)) {
    return cluster.id === id;
  }
  const stopped = clusters.get(id);
  return (
    notebooks.clusterOf(panel) === id ||
    (stopped !== undefined &&
      notebooks.sourceOf(panel).includes(connectCall(stopped.name)))
  );
}
