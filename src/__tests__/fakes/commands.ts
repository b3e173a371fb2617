import { CommandRegistry } from '@lumino/commands';
import { addCommands } from '../../commands';
import { FakeClusters } from './clusters';
import { FakeNotebooks } from './notebooks';
import { trans } from './translation';

/** Register the commands about clusters; no context menu is open. */
export function makeCommands(
  clusters: FakeClusters,
  notebooks: FakeNotebooks
): CommandRegistry {
  const commands = new CommandRegistry();
  const app: any = { commands, contextMenuHitTest: () => undefined };
  addCommands({ app, clusters, trans }, notebooks, null);
  return commands;
}
