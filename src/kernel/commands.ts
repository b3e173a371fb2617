import { NotebookPanel } from '@jupyterlab/notebook';
import { CommandRegistry } from '@lumino/commands';
import { ICommandOptions, notebookOf } from '../commands/pick';
import { CommandIDs, NOTEBOOK_PROPERTY } from '../commands/ids';
import { Habit, hasHabit, setHabit } from '../notebook/metadata';

/**
 * Add the commands that change what a notebook does with its cluster by itself.
 */
export function addHabitCommands(options: ICommandOptions): void {
  const { trans } = options;
  add(options, CommandIDs.toggleConnect, 'connect_on_start', {
    label: ({ isPalette }) =>
      isPalette
        ? trans.__('Connect to the Cluster When the Kernel Starts')
        : trans.__('Connect When the Kernel Starts'),
    caption: trans.__(
      'Run the code that connects to the cluster whenever the kernel of this notebook starts or restarts'
    )
  });
  add(options, CommandIDs.toggleStop, 'stop_with_kernel', {
    label: trans.__('Stop the Cluster with the Kernel'),
    caption: trans.__(
      'Stop the cluster of this notebook when its kernel is shut down while the notebook is open'
    )
  });
}

/** Add one of the commands. */
function add(
  { app, notebooks }: ICommandOptions,
  id: string,
  habit: Habit,
  texts: Pick<CommandRegistry.ICommandOptions, 'label' | 'caption'>
): void {
  const userOf = (panel: NotebookPanel): string | null =>
    notebooks?.userOf(panel) ?? null;
  app.commands.addCommand(id, {
    ...texts,
    describedBy: { args: { type: 'object', properties: NOTEBOOK_PROPERTY } },
    isToggleable: true,
    isEnabled: args => notebookOf(args, notebooks) !== null,
    isToggled: args => {
      const panel = notebookOf(args, notebooks);
      return panel !== null && hasHabit(panel, habit, userOf(panel));
    },
    execute: args => {
      const panel = notebookOf(args, notebooks);
      if (panel) {
        const user = userOf(panel);
        setHabit(panel, habit, !hasHabit(panel, habit, user), user);
      }
    }
  });
}
