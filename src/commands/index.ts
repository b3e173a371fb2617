import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebooks } from '../tokens';
import { addChangeCommands } from './change';
import { addCodeCommands } from './code';
import { CommandIDs } from './ids';
import { ICommandOptions } from './pick';

/**
 * Add the commands that work on a cluster, and all commands of this extension to
 * the command palette.
 */
export function addCommands(
  options: ICommandOptions,
  notebooks: INotebooks | null,
  palette: ICommandPalette | null
): void {
  addCodeCommands(options, notebooks);
  addChangeCommands(options);
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({ command, category: options.trans.__('Dask Clusters') });
  }
}
