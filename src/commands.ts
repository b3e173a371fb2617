import { JupyterFrontEnd } from '@jupyterlab/application';
import {
  Clipboard,
  Dialog,
  InputDialog,
  Notification,
  showDialog
} from '@jupyterlab/apputils';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, copyIcon, editIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';
import { insertIcon } from './icons';
import { CodeKind, ICluster, IClusters, INotebooks } from './tokens';
import { isAlive } from './words';

/** The ids of all commands. */
export namespace CommandIDs {
  export const open = 'cluster-launcher:open';
  export const insert = 'cluster-launcher:insert';
  export const insertCreate = 'cluster-launcher:insert-create';
  export const copy = 'cluster-launcher:copy';
  export const scale = 'cluster-launcher:scale';
  export const rename = 'cluster-launcher:rename';
  export const toggleKeepRunning = 'cluster-launcher:toggle-keep-running';
  export const stop = 'cluster-launcher:stop';
  export const openDashboard = 'cluster-launcher:open-dashboard';
  export const showLogs = 'cluster-launcher:show-logs';
  export const pointDask = 'cluster-launcher:point-dask-labextension';
}

/** The class of a row, which commands of its context menu look for. */
export const ROW_CLASS = 'jp-ClusterLauncher-row';

/** The part of every schema that names a cluster. */
export const ID_PROPERTY = {
  id: {
    type: 'string',
    description: 'The id of the cluster; without it the person is asked.'
  }
};

/** What commands work on. */
export interface ICommandOptions {
  app: JupyterFrontEnd;
  clusters: IClusters;
  notebooks: INotebooks | null;
  translator: ITranslator;
}

/**
 * Tell a person that something did not work, in the words of the error.
 */
export function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  Notification.error(message, { autoClose: 8000 });
}

/**
 * The cluster that a command is about: named in its arguments, under the
 * pointer, the only one there is, or chosen by the person.
 *
 * @returns null when there is none, or the person did not want to choose
 */
export async function pick(
  args: ReadonlyPartialJSONObject,
  { app, clusters }: Pick<ICommandOptions, 'app' | 'clusters'>,
  trans: TranslationBundle,
  filter: (cluster: ICluster) => boolean = () => true
): Promise<ICluster | null> {
  const id = args.id ?? underPointer(app);
  if (typeof id === 'string') {
    return clusters.get(id) ?? null;
  }
  const choices = clusters.clusters.filter(filter);
  if (choices.length < 2) {
    if (choices.length === 0) {
      Notification.info(trans.__('There is no cluster for this.'));
    }
    return choices[0] ?? null;
  }
  const labels = choices.map(
    ({ name, platform_title: title }, index) =>
      `${index + 1}. ${name}, ${title}`
  );
  const { value } = await InputDialog.getItem({
    title: trans.__('Which cluster?'),
    items: labels,
    current: labels.length - 1
  });
  return value === null ? null : choices[labels.indexOf(value)];
}

/**
 * The cluster whose row the context menu was opened on.
 */
function underPointer(app: JupyterFrontEnd): string | undefined {
  return app.contextMenuHitTest(node => node.classList.contains(ROW_CLASS))
    ?.dataset.clusterId;
}

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
        copy(cluster, args.kind === 'create' ? 'create' : 'connect', trans)
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

/**
 * Insert code; where that cannot be, say why and offer to copy.
 */
export function insertOrOffer(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null,
  trans: TranslationBundle,
  options: Parameters<INotebooks['insert']>[2] = {}
): void {
  const result = notebooks?.insert(cluster, kind, options) ?? {
    inserted: false,
    reason: trans.__('No notebook is open. Open one, or copy the code instead.')
  };
  if (result.inserted) {
    return;
  }
  const code = cluster.code[kind];
  Notification.warning(result.reason, {
    autoClose: 12000,
    actions:
      code === null
        ? []
        : [
            {
              label: trans.__('Copy code'),
              callback: () => Clipboard.copyToSystem(code)
            }
          ]
  });
}

function copy(
  cluster: ICluster,
  kind: CodeKind,
  trans: TranslationBundle
): void {
  const code = cluster.code[kind];
  if (code === null) {
    throw new Error(
      trans.__(
        'This cluster has no code to connect with yet. Wait until it is running.'
      )
    );
  }
  Clipboard.copyToSystem(code);
  Notification.success(trans.__('Copied the code of %1.', cluster.name), {
    autoClose: 3000
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

/**
 * Stop a cluster; ask first where something would be lost.
 */
async function stop(
  cluster: ICluster,
  clusters: IClusters,
  trans: TranslationBundle
): Promise<void> {
  if (cluster.joined && cluster.state === 'running') {
    const leave = Dialog.createButton({ label: trans.__('Leave it running') });
    const shut = Dialog.warnButton({ label: trans.__('Shut it down') });
    const { button } = await showDialog({
      title: trans.__(
        '%1 was already running when you joined it',
        cluster.name
      ),
      body: trans.__(
        'Others may be using it. Leave it running, or shut it down for everyone?'
      ),
      buttons: [Dialog.cancelButton(), shut, leave]
    });
    if (button.label === leave.label) {
      await clusters.stop(cluster.id, { leave: true });
    } else if (button.label === shut.label) {
      await clusters.stop(cluster.id);
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
