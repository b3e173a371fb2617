import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebooks } from '../tokens';
import { addChangeCommands } from './change';
import { addCodeCommands } from './code';
import { CommandIDs } from './ids';
import { ICommandOptions, ROW_CLASS } from './pick';
import { rowItems } from './rowitems';

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
  const every = { isConnectable: true, isRunning: true, isScalable: true };
  for (const item of rowItems(every)) {
    options.app.contextMenu?.addItem({
      ...item,
      selector: `.${ROW_CLASS}`,
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
