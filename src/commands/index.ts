import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebooks } from '../tokens';
import { addChangeCommands } from './change';
import { addCodeCommands } from './code';
import { CommandIDs } from './ids';
import { ICommandOptions, ROW_CLASS } from './pick';
import { ROW_ITEMS } from './rowitems';

/** The rank of the items of the context menu, which keep their order. */
const RANK = 1;

/**
 * Add the commands that work on a cluster, and all commands of this extension to
 * the command palette.
 */
export function addCommands(
  options: ICommandOptions,
  notebooks: INotebooks | null,
  palette: ICommandPalette | null
): void {
  addCodeCommands({ ...options, notebooks }, notebooks);
  addChangeCommands({ ...options, notebooks });
  for (const item of ROW_ITEMS) {
    const trait = 'trait' in item ? `[data-traits~="${item.trait}"]` : '';
    options.app.contextMenu?.addItem({
      ...('command' in item
        ? { ...item, args: { ...item.args, isContextMenu: true } }
        : item),
      selector: `.${ROW_CLASS}${trait}`,
      rank: RANK
    });
  }
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({
      command,
      category: options.trans.__('Dask Clusters'),
      args: { isPalette: true } // Its labels have to stand alone.
    });
  }
}
