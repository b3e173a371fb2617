import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster, IClusters } from '../tokens';

/**
 * Stop a cluster; ask first where something would be lost.
 */
export async function stop(
  cluster: ICluster,
  clusters: IClusters,
  trans: TranslationBundle
): Promise<void> {
  if (cluster.joined && cluster.state !== 'closed') {
    const leave = Dialog.createButton({ label: trans.__('Leave it running') });
    const shut = Dialog.warnButton({ label: trans.__('Shut it down') });
    const { button } = await showDialog({
      title: trans.__(
        '%1 was already running when you joined it',
        cluster.name
      ),
      body:
        cluster.state === 'running'
          ? trans.__(
              'Others may be using it. Leave it running, or shut it down for everyone?'
            )
          : trans.__(
              'It may still be running, and others may be using it. Leave it alone, or shut it down for everyone?'
            ),
      buttons: [Dialog.cancelButton(), shut, leave]
    });
    if (button.label === leave.label) {
      await clusters.stop(cluster.id, { leave: true });
    } else if (button.label === shut.label) {
      await clusters.stop(cluster.id, { leave: false });
    }
    return;
  }
  if (cluster.state === 'running' && (cluster.usage?.tasks ?? 0) > 0) {
    const { button } = await showDialog({
      title: trans.__('Stop %1?', cluster.name),
      body: trans._n(
        'It holds %1 task. Results that are only on the cluster will be lost.',
        'It holds %1 tasks. Results that are only on the cluster will be lost.',
        cluster.usage!.tasks
      ),
      buttons: [
        Dialog.cancelButton(),
        Dialog.warnButton({ label: trans.__('Stop') })
      ]
    });
    if (!button.accept) {
      return;
    }
  }
  await clusters.stop(cluster.id);
}
