import { InputDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, copyIcon, editIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';
import { copy, insertOrOffer } from '../notebook/insert';
import { insertIcon } from '../icons';
import { ICommandOptions, pick, report, underPointer } from './pick';
import { insertShort } from '../notebook/shortcode';
import { stop } from './stop';
import { CodeKind, ICluster } from '../tokens';
import { isAlive } from '../format';

/** The ids of all commands. */
export namespace CommandIDs {
  export const open = 'cluster-launcher:open';
  export const insert = 'cluster-launcher:insert';
  export const insertCreate = 'cluster-launcher:insert-create';
  export const insertShort = 'cluster-launcher:insert-short';
  export const copy = 'cluster-launcher:copy';
  export const scale = 'cluster-launcher:scale';
  export const rename = 'cluster-launcher:rename';
  export const toggleKeepRunning = 'cluster-launcher:toggle-keep-running';
  export const stop = 'cluster-launcher:stop';
  export const openDashboard = 'cluster-launcher:open-dashboard';
  export const showLogs = 'cluster-launcher:show-logs';
  export const pointDask = 'cluster-launcher:point-dask-labextension';
}

/** The part of every schema that names a cluster. */
export const ID_PROPERTY = {
  id: {
    type: 'string',
    description: 'The id of the cluster; without it the person is asked.'
  }
};

/**
 * Add the commands that work on clusters and notebooks.
 */
export function addCommands(options: ICommandOptions): void {
  const { app, clusters, notebooks, translator } = options;
  const trans = translator.load('jupyter_cluster_launcher');
  const { commands } = app;

  const add = (
    id: string,
    command: CommandRegistry.ICommandOptions,
    properties: ReadonlyJSONObject = {}
  ): void => {
    commands.addCommand(id, {
      ...command,
      describedBy: {
        args: { type: 'object', properties: { ...ID_PROPERTY, ...properties } }
      }
    });
  };
  const guarded =
    (
      action: (
        cluster: ICluster,
        args: ReadonlyPartialJSONObject
      ) => Promise<unknown> | unknown,
      filter?: (cluster: ICluster) => boolean
    ) =>
    async (args: ReadonlyPartialJSONObject): Promise<void> => {
      try {
        const cluster = await pick(args, options, trans, filter);
        if (cluster) {
          await action(cluster, args);
        }
      } catch (error) {
        report(error);
      }
    };
  const insert = (cluster: ICluster, kind: CodeKind): void =>
    insertOrOffer(cluster, kind, notebooks, trans);
  const connectable = (cluster: ICluster): boolean =>
    cluster.code.connect !== null;

  add(CommandIDs.insert, {
    label: trans.__('Insert Code to Connect'),
    caption: trans.__('Insert code that connects the notebook to the cluster'),
    icon: insertIcon,
    execute: guarded(cluster => insert(cluster, 'connect'), connectable)
  });
  add(CommandIDs.insertShort, {
    label: trans.__('Insert Short Code'),
    caption: trans.__(
      'Insert two lines that connect, for a notebook whose environment has jupyter-cluster-launcher'
    ),
    icon: insertIcon,
    execute: guarded(
      cluster => insertShort(cluster, notebooks, trans),
      connectable
    )
  });
  add(CommandIDs.insertCreate, {
    label: trans.__('Insert Code to Create'),
    caption: trans.__(
      'Insert code that makes such a cluster without this sidebar'
    ),
    icon: insertIcon,
    execute: guarded(cluster => insert(cluster, 'create'))
  });
  add(
    CommandIDs.copy,
    {
      label: args =>
        args.kind === 'create'
          ? trans.__('Copy Code to Create')
          : trans.__('Copy Code to Connect'),
      caption: trans.__('Copy the code of the cluster to the clipboard'),
      icon: copyIcon,
      execute: guarded((cluster, args) =>
        copy(
          cluster,
          args.kind === 'create' ? 'create' : 'connect',
          notebooks,
          trans
        )
      )
    },
    {
      kind: {
        type: 'string',
        description: 'Which code: "connect" (the default) or "create".'
      }
    }
  );
  add(
    CommandIDs.scale,
    {
      label: trans.__('Scale Cluster…'),
      caption: trans.__('Change the number of workers'),
      execute: guarded(async (cluster, args) => {
        const workers =
          typeof args.workers === 'number'
            ? args.workers
            : await askWorkers(cluster, trans);
        if (workers !== null) {
          await clusters.change(cluster.id, { workers });
        }
      }, isAlive)
    },
    { workers: { type: 'integer', description: 'How many workers.' } }
  );
  add(
    CommandIDs.rename,
    {
      label: trans.__('Rename Cluster…'),
      caption: trans.__('Change the name of the cluster'),
      icon: editIcon,
      execute: guarded(async (cluster, args) => {
        const name =
          typeof args.name === 'string'
            ? args.name
            : (
                await InputDialog.getText({
                  title: trans.__('Rename Cluster'),
                  text: cluster.name
                })
              ).value;
        if (name) {
          await clusters.change(cluster.id, { name });
        }
      })
    },
    { name: { type: 'string', description: 'The new name.' } }
  );
  add(CommandIDs.toggleKeepRunning, {
    label: trans.__('Keep Running'),
    caption: trans.__('Whether the cluster outlives the Jupyter server'),
    isToggleable: true,
    isToggled: args => {
      const id = args.id ?? underPointer(app);
      return typeof id === 'string' && !!clusters.get(id)?.keep_running;
    },
    execute: guarded(
      cluster =>
        clusters.change(cluster.id, { keep_running: !cluster.keep_running }),
      isAlive
    )
  });
  add(CommandIDs.stop, {
    label: trans.__('Stop Cluster'),
    caption: trans.__(
      'Shut the cluster down, or dismiss it where it has ended'
    ),
    icon: closeIcon,
    execute: guarded(cluster => stop(cluster, clusters, trans))
  });
}

async function askWorkers(
  cluster: ICluster,
  trans: TranslationBundle
): Promise<number | null> {
  const { value } = await InputDialog.getNumber({
    title: trans.__('How many workers for %1?', cluster.name),
    value: cluster.workers.requested
  });
  return value;
}
