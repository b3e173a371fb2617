import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { insertOrOffer } from './insert';
import { ICluster, INotebooks } from '../tokens';
import { askKernel } from '../versions/packages';

/** How long a kernel that computes is waited for, in milliseconds. */
const PATIENCE = 1500;

/**
 * Insert the short code, where the kernel of the notebook has this package;
 * else say what is missing, and offer the code that needs nothing.
 *
 * A kernel that is busy is not waited for: the short code is what was asked for.
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
        askKernel(kernel),
        new Promise<null>(resolve => setTimeout(() => resolve(null), PATIENCE))
      ])
    : null;
  if (environment?.hasConnect !== false) {
    insertOrOffer(cluster, 'short', notebooks, trans, { panel });
    return;
  }
  Notification.warning(
    trans.__(
      'The short code needs jupyter-cluster-launcher in the environment of this notebook. Install it there, or insert the long code, which needs only Dask.'
    ),
    {
      autoClose: 12000,
      actions: [
        {
          label: trans.__('Insert long code'),
          callback: () =>
            insertOrOffer(cluster, 'connect', notebooks, trans, { panel })
        }
      ]
    }
  );
}
