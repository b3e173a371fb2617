import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import { PromiseDelegate, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { canLaunchAgain } from '../again';
import { isAlive } from '../format';
import { menuIcon } from '../icons';
import { nameOf, Target } from '../notebook/target';
import { IPreferences } from '../settings/preferences';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { hasLiving, usesCluster } from '../toolbar/state';
import { CLUSTER_PROPERTIES, CommandIDs } from './ids';
import {
  clusterInFront,
  clusterOfContextMenu,
  ICommandOptions,
  notebookOf,
  notifyError
} from './pick';
import { lossesOf } from './stop';

/** The options of the command that launches a cluster again. */
export interface IAgainOptions extends ICommandOptions {
  /** Called with the new cluster, and the notebook or console that it is for. */
  launched: (cluster: ICluster, panel: Target | null) => void;
  /** The preferences: whether the code of the new cluster is inserted. */
  preferences: Pick<IPreferences, 'insertAutomatically'>;
}

/**
 * Add the command that launches a cluster again, with what its end asks for. It
 * may be long gone.
 */
export function addAgainCommand(options: IAgainOptions): void {
  const { app, clusters, notebooks, trans } = options;
  const idOf = (args: ReadonlyPartialJSONObject): string | null =>
    (args.id as string | undefined) ??
    clusterOfContextMenu(app, args) ??
    idInFront(clusters, notebooks);
  app.commands.addCommand(CommandIDs.launchAgain, {
    label: args => {
      const change = clusters.get(idOf(args) ?? '')?.again?.change;
      return change
        ? trans.__('Launch Cluster Again %1', change)
        : trans.__('Launch Cluster Again');
    },
    caption: trans.__(
      'Launch a cluster that has stopped again, with the same workers and options. One that is running is stopped first.'
    ),
    icon: menuIcon(refreshIcon),
    describedBy: { args: { type: 'object', properties: CLUSTER_PROPERTIES } },
    isEnabled: args => {
      const id = idOf(args);
      return id !== null && canLaunchAgain(clusters.get(id));
    },
    execute: async args => {
      const id = idOf(args);
      if (id !== null) {
        await launchAgain(id, options).catch(notifyError);
      }
    }
  });
}

/**
 * Launch a cluster again, after it has stopped.
 *
 * @throws Error for the user if it cannot be launched
 */
async function launchAgain(id: string, options: IAgainOptions): Promise<void> {
  const { clusters, launched, trans } = options;
  const before = clusters.get(id);
  if (before && !canLaunchAgain(before)) {
    throw new Error(
      trans.__(
        '%1 was not launched here, so it cannot be launched again. Launch another cluster in the sidebar.',
        before.name
      )
    );
  }
  const panel = targetFor(id, options);
  if (before && isAlive(before) && !(await stopFirst(before, options))) {
    return;
  }
  // Its name is free then, which notebooks know it by.
  await whenStopped(id, clusters);
  // What it failed for is known then as well, if it was ending by itself.
  const { options: change = {}, workers = null } =
    before?.again ?? clusters.get(id)?.again ?? {};
  const cluster = await clusters.launch({
    ...{ from: id, options: change },
    ...(workers === null ? {} : { workers })
  });
  launched(cluster, panel);
  notifyIfBehind(cluster, panel, options);
}

/**
 * The id of the cluster of the notebook in front, as its toolbar shows it, also if
 * it is listed no more; null if there is none.
 */
function idInFront(
  clusters: IClusters,
  notebooks: INotebooks | null | undefined
): string | null {
  const panel = notebookOf({}, notebooks);
  return (
    clusterInFront(clusters, notebooks)?.id ??
    (panel && notebooks!.clusterOf(panel))
  );
}

/**
 * Stop a cluster, after asking.
 *
 * @returns false if the user cancelled
 */
async function stopFirst(
  cluster: ICluster,
  { clusters, notebooks, trans }: ICommandOptions
): Promise<boolean> {
  const { again, id, name } = cluster;
  const next = again?.change
    ? trans.__('It is then launched again %1.', again.change)
    : trans.__('It is then launched again.');
  const { button } = await showDialog({
    title: trans.__('Stop %1 and launch it again?', name),
    body: [...lossesOf(cluster, trans, notebooks), next].join(' '),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Stop and launch again') })
    ]
  });
  if (button.accept) {
    await clusters.stop(id);
  }
  return button.accept;
}

/**
 * Wait until a cluster that is being stopped has stopped. The model may have the
 * state before the stop, even after it: a fetch of the cluster was under way then.
 */
async function whenStopped(id: string, clusters: IClusters): Promise<void> {
  const stopped = new PromiseDelegate<void>();
  const check = (): void => {
    const cluster = clusters.get(id);
    if (!cluster || !(isAlive(cluster) || cluster.state === 'closing')) {
      stopped.resolve();
    }
  };
  clusters.changed.connect(check);
  check();
  await stopped.promise;
  clusters.changed.disconnect(check);
}

/**
 * The notebook that uses the cluster, or used it until it stopped, else the one in
 * front, unless that works with another cluster. Of several that do, it is the one
 * in front.
 *
 * @returns null if there is none
 */
function targetFor(
  id: string,
  { clusters, notebooks }: ICommandOptions
): Target | null {
  const users =
    notebooks?.panels.filter(panel =>
      usesCluster(panel, id, notebooks, clusters)
    ) ?? [];
  const front = notebooks?.panel ?? null;
  const free = front && !hasLiving(front, notebooks!, clusters) ? front : null;
  return users.find(panel => panel === front) ?? users[0] ?? free;
}

/** Name the notebook that gets the code of a cluster, unless it is the one in front. */
function notifyIfBehind(
  cluster: ICluster,
  panel: Target | null,
  { notebooks, preferences, trans }: IAgainOptions
): void {
  const isInserted = preferences.insertAutomatically;
  if (isInserted && panel && !panel.isDisposed && panel !== notebooks?.panel) {
    Notification.info(
      trans.__('%1 is launched again for %2.', cluster.name, nameOf(panel)),
      { autoClose: 8000 }
    );
  }
}
