import { ReadonlyJSONObject } from '@lumino/coreutils';
import { canLaunchAgain } from '../again';
import { hasEnded } from '../format';
import { ICluster } from '../tokens';
import { CommandIDs } from './ids';

/**
 * What can be said of a cluster, on which its menu depends: notebooks can connect
 * to it, it is running, its number of workers can change, and it can be launched
 * again.
 */
export type Trait = 'connectable' | 'running' | 'scalable' | 'repeatable';

/** An item of a menu. */
export type IRowItem =
  | { type: 'separator' }
  | {
      command: string;
      args?: ReadonlyJSONObject;
      /** What the cluster has to be. */
      trait?: Trait;
    };

/** The items for a cluster, of its "…" menu and of its context menu. */
export const ROW_ITEMS: readonly IRowItem[] = [
  { command: CommandIDs.insert, trait: 'connectable' },
  { command: CommandIDs.insertPlain, trait: 'connectable' },
  {
    command: CommandIDs.copy,
    args: { kind: 'connect' },
    trait: 'connectable'
  },
  { command: CommandIDs.insertCreate },
  { command: CommandIDs.copy, args: { kind: 'create' } },
  { type: 'separator' },
  { command: CommandIDs.openDashboard, trait: 'running' },
  { command: CommandIDs.scale, trait: 'scalable' },
  { command: CommandIDs.showLogs },
  { command: CommandIDs.rename },
  { command: CommandIDs.toggleKeepRunning, trait: 'running' },
  { type: 'separator' },
  { command: CommandIDs.launchAgain, trait: 'repeatable' },
  { command: CommandIDs.stop }
];

/** List what a cluster is. */
export function traitsOf(cluster: ICluster): Trait[] {
  const isRunning = cluster.state === 'running';
  const traits: [Trait, boolean][] = [
    ['connectable', cluster.code.connect !== null],
    ['running', isRunning],
    ['scalable', isRunning && cluster.scalable],
    ['repeatable', hasEnded(cluster) && canLaunchAgain(cluster)]
  ];
  return traits.filter(([, holds]) => holds).map(([trait]) => trait);
}
