import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { isAlive } from '../format';
import { ICluster, IClusters, INotebooks } from '../tokens';

/**
 * Stop a cluster, or dismiss one that has ended. Confirms first if the cluster
 * was joined, or if something would be lost that is costly to get again.
 *
 * @param notebooks - the open notebooks, of which several may use it; null if that
 *   does not matter
 * @returns whether a cluster was stopped without a question
 */
export async function stopCluster(
  cluster: ICluster,
  clusters: IClusters,
  trans: TranslationBundle,
  notebooks: INotebooks | null = null
): Promise<boolean> {
  if (cluster.joined && cluster.state !== 'closed') {
    await leaveOrStop(cluster, clusters, trans);
    return false;
  }
  const losses = lossesOf(cluster, trans, notebooks);
  if (await confirmLoss(cluster, losses, trans)) {
    await clusters.stop(cluster.id);
    return isAlive(cluster) && losses.length === 0;
  }
  return false;
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

/** Confirm what would be lost; true if nothing would be. */
async function confirmLoss(
  cluster: ICluster,
  losses: readonly string[],
  trans: TranslationBundle
): Promise<boolean> {
  if (losses.length === 0) {
    return true;
  }
  const { button } = await showDialog({
    title: trans.__('Stop %1?', cluster.name),
    body: losses.join(' '),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Stop') })
    ]
  });
  return button.accept;
}

/**
 * List what is lost when a cluster stops, a sentence each: results, unfinished
 * tasks, what others or a queue would have to provide again, and other notebooks.
 *
 * @param notebooks - the open notebooks; null if they do not matter
 */
export function lossesOf(
  cluster: ICluster,
  trans: TranslationBundle,
  notebooks: INotebooks | null = null
): string[] {
  if (!isAlive(cluster)) {
    return [];
  }
  const { done = 0, failed = 0, held = 0, tasks = 0 } = cluster.usage ?? {};
  const unfinished = tasks - done - failed;
  const jobs = jobsOf(cluster);
  const users = notebooks?.users(cluster) ?? [];
  const losses: string[] = [];
  if (held > 0) {
    losses.push(
      trans._n(
        '%1 result is held on the cluster and will be lost.',
        '%1 results are held on the cluster and will be lost.',
        held
      )
    );
  }
  if (unfinished > 0) {
    losses.push(
      trans._n(
        '%1 task will not be finished.',
        '%1 tasks will not be finished.',
        unfinished
      )
    );
  }
  if (jobs > 0) {
    losses.push(
      trans._n(
        'Its job will be canceled, and loses its place in the queue.',
        'Its %1 jobs will be canceled, and lose their place in the queue.',
        jobs
      )
    );
  } else if (cluster.spent !== null && cluster.workers.ready > 0) {
    losses.push(
      trans.__('You may have to wait for new workers when you launch again.')
    );
  }
  if (cluster.keep_running) {
    losses.push(trans.__('You chose to keep it running when Jupyter stops.'));
  }
  if (users.length > 1) {
    const names = users.join(', ');
    losses.push(trans.__('%1 open notebooks use it: %2.', users.length, names));
  }
  return losses;
}

/**
 * The number of jobs that a cluster has or requests. The list also has ended ones,
 * to show how they ended: their exit code is known, or they left no trace.
 */
function jobsOf({ jobs, unit, workers }: ICluster): number {
  const open = jobs.filter(
    ({ exit_code, state }) => exit_code === null && state !== 'GONE'
  );
  return Math.max(unit === 'jobs' ? workers.requested : 0, open.length);
}
