import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster, IClusters } from '../tokens';

/**
 * Stop a cluster, or dismiss one that has ended. Confirms first if the cluster
 * was joined or holds results.
 */
export async function stopCluster(
  cluster: ICluster,
  clusters: IClusters,
  trans: TranslationBundle
): Promise<void> {
  if (cluster.joined && cluster.state !== 'closed') {
    await leaveOrStop(cluster, clusters, trans);
  } else if (await confirmLoss(cluster, trans)) {
    await clusters.stop(cluster.id);
  }
}

/** Let the user choose whether to leave a joined cluster or to stop it. */
async function leaveOrStop(
  cluster: ICluster,
  clusters: IClusters,
  trans: TranslationBundle
): Promise<void> {
  const leave = Dialog.createButton({ label: trans.__('Leave') });
  const stop = Dialog.warnButton({ label: trans.__('Stop') });
  const { button } = await showDialog({
    title: trans.__('%1 was already running when you joined it', cluster.name),
    body:
      cluster.state === 'running'
        ? trans.__(
            'Other users may be using it. Leave it running, or stop it for everyone?'
          )
        : trans.__(
            'It may still be running, and other users may be using it. Leave it, or stop it for everyone?'
          ),
    buttons: [Dialog.cancelButton(), stop, leave]
  });
  if (button.label === leave.label) {
    await clusters.stop(cluster.id, { leave: true });
  } else if (button.label === stop.label) {
    await clusters.stop(cluster.id, { leave: false });
  }
}

/** Confirm that results on a cluster may be lost; true if there are none. */
async function confirmLoss(
  cluster: ICluster,
  trans: TranslationBundle
): Promise<boolean> {
  const tasks = cluster.state === 'running' ? (cluster.usage?.tasks ?? 0) : 0;
  if (tasks === 0) {
    return true;
  }
  const { button } = await showDialog({
    title: trans.__('Stop %1?', cluster.name),
    body: trans._n(
      'The cluster holds %1 task. Results that exist only on the cluster will be lost.',
      'The cluster holds %1 tasks. Results that exist only on the cluster will be lost.',
      tasks
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Stop') })
    ]
  });
  return button.accept;
}
