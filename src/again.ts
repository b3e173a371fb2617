import { TranslationBundle } from '@jupyterlab/translation';
import { hasEnded } from './format';
import { ICluster } from './tokens';

/**
 * Whether a cluster can be launched again: not one that was joined, nor one that
 * has ended and whose launch is not known here.
 *
 * @param cluster - the cluster; undefined if it is listed no more
 */
export function canLaunchAgain(cluster: ICluster | undefined): boolean {
  return (
    !cluster ||
    !(cluster.joined || (hasEnded(cluster) && cluster.again === null))
  );
}

/**
 * The label of a button that launches a cluster again, with what it changes.
 *
 * @param cluster - the cluster; undefined if it is listed no more
 */
export function againText(
  cluster: ICluster | undefined,
  trans: TranslationBundle
): string {
  const change = cluster?.again?.change;
  return change
    ? trans.__('Launch again %1', change)
    : trans.__('Launch again');
}
