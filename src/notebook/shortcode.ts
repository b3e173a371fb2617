import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster, INotebooks } from '../tokens';
import { queryKernel } from '../versions/packages';
import { insertOrNotify } from './insert';

/** Milliseconds to wait for the response of a busy kernel. */
const TIMEOUT = 1500;

/**
 * Insert the short code in the current notebook. If its kernel does not have
 * this package, notify the user and offer the code that requires only Dask.
 *
 * If the kernel is too busy to respond, the short code is inserted.
 */
export async function insertShort(
  cluster: ICluster,
  notebooks: INotebooks | null,
  trans: TranslationBundle
): Promise<void> {
  const panel = notebooks?.panel ?? null;
  const kernel = panel?.sessionContext.session?.kernel;
  const environment = kernel
    ? await Promise.race([
        queryKernel(kernel),
        new Promise<null>(resolve => setTimeout(() => resolve(null), TIMEOUT))
      ])
    : null;
  if (environment?.hasConnect !== false) {
    insertOrNotify(cluster, 'short', notebooks, trans, { panel });
    return;
  }
  Notification.warning(
    trans.__(
      'The short code requires jupyter-cluster-launcher in the environment of this notebook. Install it there, or insert the full code, which requires only Dask.'
    ),
    {
      autoClose: 12000,
      actions: [
        {
          label: trans.__('Insert full code'),
          callback: () =>
            insertOrNotify(cluster, 'connect', notebooks, trans, { panel })
        }
      ]
    }
  );
}
