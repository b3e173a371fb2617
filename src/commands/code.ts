import { copyIcon } from '@jupyterlab/ui-components';
import { insertIcon, menuIcon } from '../icons';
import { copyCode, insertOrNotify } from '../notebook/insert';
import { ICluster, INotebooks } from '../tokens';
import { addClusterCommand } from './add';
import { CommandIDs } from './ids';
import { ICommandOptions } from './pick';

/**
 * Add the commands that insert and copy the code of a cluster.
 */
export function addCodeCommands(
  options: ICommandOptions,
  notebooks: INotebooks | null
): void {
  const { trans } = options;
  const isConnectable = (cluster: ICluster): boolean =>
    cluster.code.connect !== null;

  addClusterCommand(options, CommandIDs.insert, {
    label: ({ isPalette }) =>
      isPalette
        ? trans.__('Insert Cluster Connection Code')
        : trans.__('Insert Connection Code'),
    caption: trans.__('Insert code that connects the notebook to the cluster'),
    icon: menuIcon(insertIcon),
    filter: isConnectable,
    takesOwn: false,
    execute: cluster => insertOrNotify(cluster, 'connect', notebooks, trans)
  });
  addClusterCommand(options, CommandIDs.insertPlain, {
    label: trans.__('Insert Plain Dask Code'),
    caption: trans.__(
      'Insert code that connects and requires only Dask, for notebooks that run without jupyter-cluster-launcher'
    ),
    icon: menuIcon(insertIcon),
    filter: isConnectable,
    takesOwn: false,
    execute: cluster => insertOrNotify(cluster, 'plain', notebooks, trans)
  });
  addClusterCommand(options, CommandIDs.insertCreate, {
    label: ({ isPalette }) =>
      isPalette
        ? trans.__('Insert Cluster Creation Code')
        : trans.__('Insert Creation Code'),
    caption: trans.__(
      'Insert code that creates a cluster like this one without the sidebar'
    ),
    icon: menuIcon(insertIcon),
    execute: cluster => insertOrNotify(cluster, 'create', notebooks, trans)
  });
  addClusterCommand(options, CommandIDs.copy, {
    label: ({ isPalette, kind }) =>
      kind === 'create'
        ? trans.__('Copy Creation Code')
        : isPalette
          ? trans.__('Copy Cluster Connection Code')
          : trans.__('Copy Connection Code'),
    caption: trans.__('Copy the code of the cluster to the clipboard'),
    icon: menuIcon(copyIcon),
    properties: {
      kind: {
        type: 'string',
        description: 'The code to copy: "connect" (the default) or "create".'
      }
    },
    execute: (cluster, args) => {
      const kind = args.kind === 'create' ? 'create' : 'connect';
      copyCode(cluster, kind, notebooks, trans);
    }
  });
}
