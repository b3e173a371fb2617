import { ICluster } from '../tokens';

/** Milliseconds before the end of a cluster at which the user is warned. */
const AHEAD = 10 * 60_000;

/** Milliseconds below which an idle time is too short for a warning. */
const SHORTEST = 120_000;

/** An end of a cluster that is near. */
export interface IDeadline {
  /** What ends it: the time limit of its jobs, or that it is idle. */
  kind: 'limit' | 'idle';
  /** When, in milliseconds since the epoch. */
  at: number;
}

/**
 * List the ends of a cluster that are near: 10 minutes ahead, or half of an idle
 * time that is shorter.
 *
 * @param now - milliseconds since the epoch
 */
export function deadlinesOf(cluster: ICluster, now: number): IDeadline[] {
  if (cluster.state !== 'running') {
    return [];
  }
  const deadlines: IDeadline[] = [];
  const limit = cluster.expires ? Date.parse(cluster.expires) : NaN;
  if (isNear(limit, now, AHEAD)) {
    deadlines.push({ kind: 'limit', at: limit });
  }
  const { closes_at: closesAt, timeout = 0 } = cluster.idle ?? {};
  const idle = closesAt ? Date.parse(closesAt) : NaN;
  const ahead = Math.min(AHEAD, (timeout * 1000) / 2);
  if (timeout * 1000 >= SHORTEST && isNear(idle, now, ahead)) {
    deadlines.push({ kind: 'idle', at: idle });
  }
  return deadlines;
}

/** Whether a time is in the future, and less than so many milliseconds away. */
function isNear(time: number, now: number, ahead: number): boolean {
  return time > now && time - now <= ahead;
}
