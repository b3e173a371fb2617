import { ReadonlyJSONObject } from '@lumino/coreutils';
import { CommandIDs } from './ids';

/** An item of a menu. */
export type IRowItem =
  { type: 'separator' } | { command: string; args?: ReadonlyJSONObject };

/**
 * List the commands for a cluster, for its "…" menu and its context menu.
 *
 * @param state.isConnectable - whether notebooks can connect to it
 * @param state.isRunning - whether it is running
 * @param state.isScalable - whether its number of workers can change
 */
export function rowItems(state: {
  isConnectable: boolean;
  isRunning: boolean;
  isScalable: boolean;
}): IRowItem[] {
  const { isConnectable, isRunning, isScalable } = state;
  return [
    ...(isConnectable
      ? [
          { command: CommandIDs.insert },
          { command: CommandIDs.insertPlain },
          { command: CommandIDs.copy, args: { kind: 'connect' } }
        ]
      : []),
    { command: CommandIDs.insertCreate },
    { command: CommandIDs.copy, args: { kind: 'create' } },
    { type: 'separator' },
    ...(isRunning ? [{ command: CommandIDs.openDashboard }] : []),
    ...(isRunning && isScalable ? [{ command: CommandIDs.scale }] : []),
    { command: CommandIDs.showLogs },
    { command: CommandIDs.rename },
    ...(isRunning ? [{ command: CommandIDs.toggleKeepRunning }] : []),
    { type: 'separator' },
    { command: CommandIDs.stop }
  ];
}
