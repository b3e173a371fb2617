import { CommandRegistry } from '@lumino/commands';
import {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';
import { ICluster } from '../tokens';
import { CLUSTER_PROPERTIES } from './ids';
import { findCluster, ICommandOptions, notifyError, pickCluster } from './pick';

/** A command that works on a cluster. */
export interface IClusterCommand extends Omit<
  CommandRegistry.ICommandOptions,
  'execute' | 'describedBy' | 'isToggleable' | 'isToggled'
> {
  /** The JSON Schema properties of its arguments, beside the cluster. */
  properties?: ReadonlyJSONObject;
  /** The clusters that the user can choose from; by default all. */
  filter?: (cluster: ICluster) => boolean;
  /** Whether it is for the cluster of the current notebook; by default it is. */
  takesOwn?: boolean;
  /** Whether it has a check mark for the cluster that it acts on. */
  isToggled?: (cluster: ICluster) => boolean;
  /** What the command does; errors are shown to the user. */
  execute: (
    cluster: ICluster,
    args: ReadonlyPartialJSONObject
  ) => Promise<unknown> | unknown;
}

/**
 * Add a command that works on a cluster.
 */
export function addClusterCommand(
  options: ICommandOptions,
  id: string,
  command: IClusterCommand
): void {
  const { execute, filter, isToggled, properties, takesOwn, ...rest } = command;
  options.app.commands.addCommand(id, {
    ...rest,
    ...(isToggled && {
      isToggleable: true,
      isToggled: args => {
        const cluster = findCluster(args, options, filter, takesOwn);
        return cluster !== null && isToggled(cluster);
      }
    }),
    describedBy: {
      args: {
        type: 'object',
        properties: { ...CLUSTER_PROPERTIES, ...properties }
      }
    },
    execute: async args => {
      try {
        const cluster = await pickCluster(args, options, filter, takesOwn);
        if (cluster) {
          await execute(cluster, args);
        }
      } catch (error) {
        notifyError(error);
      }
    }
  });
}
