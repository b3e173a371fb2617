import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster } from './tokens';

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
