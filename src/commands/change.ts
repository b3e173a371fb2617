import { InputDialog, Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { editIcon, stopIcon } from '@jupyterlab/ui-components';
import { askText } from '../components/asktext';
import { hasEnded, isAlive } from '../format';
import { menuIcon } from '../icons';
import { ICluster } from '../tokens';
import { addClusterCommand } from './add';
import { CommandIDs } from './ids';
import { ICommandOptions, namedCluster } from './pick';
import { stopCluster } from './stop';

/**
 * Add the commands that change and stop a cluster.
 */
export function addChangeCommands(options: ICommandOptions): void {
  const { clusters, notebooks = null, trans } = options;
  addClusterCommand(options, CommandIDs.scale, {
    label: trans.__('Scale Cluster…'),
    caption: trans.__('Change the number of workers'),
    properties: {
      workers: { type: 'integer', description: 'The number of workers.' }
    },
    filter: cluster => isAlive(cluster) && cluster.scalable,
    execute: async (cluster, args) => {
      const workers =
        typeof args.workers === 'number'
          ? args.workers
          : await promptWorkers(cluster, trans);
      if (workers !== null) {
        await clusters.change(cluster.id, { workers });
      }
    }
  });
  addClusterCommand(options, CommandIDs.rename, {
    label: trans.__('Rename Cluster…'),
    caption: trans.__('Change the name of the cluster'),
    icon: menuIcon(editIcon),
    properties: { name: { type: 'string', description: 'The new name.' } },
    execute: async (cluster, args) => {
      const rename = (name: string): Promise<unknown> =>
        clusters.change(cluster.id, { name });
      if (typeof args.name === 'string') {
        await rename(args.name);
      } else {
        const title = trans.__('Rename Cluster');
        const label = trans.__('Name of the cluster');
        await askText({ title, label, text: cluster.name }, rename);
      }
    }
  });
  addClusterCommand(options, CommandIDs.toggleKeepRunning, {
    label: ({ isPalette }) =>
      isPalette ? trans.__('Keep Cluster Running') : trans.__('Keep Running'),
    caption: trans.__('Keep the cluster running when the Jupyter server stops'),
    isToggled: ({ keep_running }) => keep_running,
    filter: isAlive,
    execute: ({ id, keep_running }) =>
      clusters.change(id, { keep_running: !keep_running })
  });
  addClusterCommand(options, CommandIDs.stop, {
    label: args => {
      const cluster = namedCluster(args, options);
      return cluster?.state === 'lost'
        ? trans.__('Clean Up Cluster')
        : cluster && hasEnded(cluster)
          ? trans.__('Dismiss Cluster')
          : trans.__('Stop Cluster');
    },
    caption: trans.__('Stop the cluster, or dismiss it if it has ended'),
    icon: menuIcon(stopIcon),
    // One that has ended is dismissed only where the label says so: where it is named.
    filter: isAlive,
    execute: async cluster => {
      if (await stopCluster(cluster, clusters, trans, notebooks)) {
        offerAgain(cluster, options);
      }
    }
  });
}

/**
 * Offer to undo a stop that came without a question. A stop that is put off until
 * then would leave a cluster behind when the browser is closed.
 */
function offerAgain(
  { id, name }: ICluster,
  { app, trans }: ICommandOptions
): void {
  Notification.info(trans.__('%1 was stopped.', name), {
    autoClose: 6000,
    actions: [
      {
        label: trans.__('Launch again'),
        callback: () =>
          void app.commands.execute(CommandIDs.launchAgain, { id })
      }
    ]
  });
}

/** Ask the user for a number of workers; null if the user cancelled. */
async function promptWorkers(
  cluster: ICluster,
  trans: TranslationBundle
): Promise<number | null> {
  const { value } = await InputDialog.getNumber({
    title:
      cluster.unit === 'jobs'
        ? trans.__('Number of jobs for %1', cluster.name)
        : trans.__('Number of workers for %1', cluster.name),
    label: cluster.unit === 'jobs' ? trans.__('Jobs') : trans.__('Workers'),
    value: cluster.workers.requested
  });
  return value;
}
