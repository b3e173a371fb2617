import { refreshIcon } from '@jupyterlab/ui-components';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { menuIcon } from '../icons';
import { Target } from '../notebook/target';
import { ICluster } from '../tokens';
import { CommandIDs, ID_PROPERTY } from './ids';
import { clusterOfContextMenu, ICommandOptions, notifyError } from './pick';

/** The options of the command that launches a cluster again. */
export interface IAgainOptions extends ICommandOptions {
  /** Called with the new cluster, and the notebook or console that it is for. */
  launched: (cluster: ICluster, panel: Target | null) => void;
}

/**
 * Add the command that launches a cluster again, with what its end asks for. It
 * may be long gone.
 */
export function addAgainCommand(options: IAgainOptions): void {
  const { app, clusters, launched, notebooks, trans } = options;
  const idOf = (args: ReadonlyPartialJSONObject): string | null =>
    (args.id as string | undefined) ??
    clusterOfContextMenu(app) ??
    notebooks?.current?.clusterId ??
    null;
  app.commands.addCommand(CommandIDs.launchAgain, {
    label: trans.__('Launch Cluster Again'),
    caption: trans.__(
      'Launch a cluster that has stopped again, with the same workers and options'
    ),
    icon: menuIcon(refreshIcon),
    describedBy: { args: { type: 'object', properties: ID_PROPERTY } },
    isEnabled: args => idOf(args) !== null,
    execute: async args => {
      const id = idOf(args);
      if (id === null) {
        return;
      }
      try {
        const change = clusters.get(id)?.again?.options ?? {};
        const panel = targetFor(id, options);
        const cluster = await clusters.launch({ from: id, options: change });
        launched(cluster, panel);
      } catch (error) {
        notifyError(error);
      }
    }
  });
}

/** The notebook that used the cluster, else the one in front. */
function targetFor(id: string, { notebooks }: ICommandOptions): Target | null {
  const users =
    notebooks?.panels.filter(
      panel => notebooks.cellOf(panel)?.clusterId === id
    ) ?? [];
  const front = notebooks?.panel ?? null;
  return users.find(panel => panel === front) ?? users[0] ?? front;
}
