import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster, State } from './tokens';

/** Milliseconds in a minute. */
const MINUTE = 60_000;

/** Milliseconds in an hour. */
const HOUR = 60 * MINUTE;

/**
 * Whether a cluster can be used or soon will be.
 */
export function isAlive(cluster: ICluster): boolean {
  return cluster.state === 'starting' || cluster.state === 'running';
}

/**
 * Whether a cluster has ended and its row waits to be dismissed.
 */
export function hasEnded(cluster: ICluster): boolean {
  return ['closed', 'failed', 'lost'].includes(cluster.state);
}

/**
 * A state as one word for a person.
 */
export function stateWord(state: State, trans: TranslationBundle): string {
  switch (state) {
    case 'starting':
      return trans.__('Starting');
    case 'running':
      return trans.__('Running');
    case 'closing':
      return trans.__('Stopping');
    case 'closed':
      return trans.__('Stopped');
    case 'failed':
      return trans.__('Failed');
    case 'lost':
      return trans.__('Lost');
    case 'elsewhere':
      // Of another computer, or beside this one: the message says which.
      return trans.__('On another server');
  }
}

/**
 * How many workers are there of those asked for.
 */
export function workersText(
  cluster: ICluster,
  trans: TranslationBundle
): string {
  const { ready, requested } = cluster.workers;
  if (cluster.adapt) {
    return trans._n(
      '%1 worker, %2 to %3',
      '%1 workers, %2 to %3',
      ready,
      cluster.adapt.minimum,
      cluster.adapt.maximum
    );
  }
  return trans._n('%2 of %1 worker', '%2 of %1 workers', requested, ready);
}

/**
 * A time span as a person says it: "12 s", "4 min", "3 h 40 min", "2 d 4 h".
 *
 * @param milliseconds - the span; below zero counts as zero
 */
export function duration(
  milliseconds: number,
  trans: TranslationBundle
): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) {
    return trans.__('%1 s', seconds);
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return trans.__('%1 min', minutes);
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return minutes % 60
      ? trans.__('%1 h %2 min', hours, minutes % 60)
      : trans.__('%1 h', hours);
  }
  return trans.__('%1 d %2 h', Math.floor(hours / 24), hours % 24);
}

/**
 * Bytes as a person says them, in the powers of 1024 that memory comes in.
 */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  const digits = value >= 10 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${units[index]}`;
}

/**
 * Cores and memory, or nothing while there are none.
 */
export function sizeText(cluster: ICluster, trans: TranslationBundle): string {
  if (!cluster.cores) {
    return '';
  }
  const cores = trans._n('%1 core', '%1 cores', cluster.cores);
  return cluster.memory ? `${cores} · ${bytes(cluster.memory)}` : cores;
}

/**
 * When the walltime ends, or nothing where there is none.
 *
 * @param now - milliseconds since the epoch
 */
export function timeLeftText(
  cluster: ICluster,
  now: number,
  trans: TranslationBundle
): string {
  if (!cluster.expires || cluster.state !== 'running') {
    return '';
  }
  const left = Date.parse(cluster.expires) - now;
  return left > 0
    ? trans.__('%1 left', duration(left, trans))
    : trans.__('walltime is over');
}

/**
 * What the cores of a cluster have cost so far, in money where there is a
 * price; nothing where nobody pays or queues for them, or it is too little.
 *
 * @param now - milliseconds since the epoch
 */
export function spentText(
  cluster: ICluster,
  now: number,
  trans: TranslationBundle
): string {
  if (!cluster.spent) {
    return '';
  }
  const { core_hours: counted, since, cost } = cluster.spent;
  const running = since ? Math.max(0, now - Date.parse(since)) : 0;
  const hours = counted + (cluster.cores * running) / HOUR;
  if (cost) {
    const amount = (hours * cost.per_core_hour).toFixed(2);
    return trans.__('%1 %2 so far', amount, cost.currency);
  }
  return hours < 0.1
    ? ''
    : trans.__('%1 core-hours so far', hours.toFixed(hours < 10 ? 1 : 0));
}

/**
 * How long a cluster has been idle and when it closes, or nothing while busy.
 *
 * @param now - milliseconds since the epoch
 */
export function idleText(
  cluster: ICluster,
  now: number,
  trans: TranslationBundle
): string {
  if (!cluster.idle?.closes_at || cluster.state !== 'running') {
    return '';
  }
  const left = Date.parse(cluster.idle.closes_at) - now;
  const idle = cluster.idle.timeout * 1000 - left;
  return idle < MINUTE
    ? trans.__('idle, closes in %1', duration(left, trans))
    : trans.__(
        'idle for %1, closes in %2',
        duration(idle, trans),
        duration(left, trans)
      );
}

/**
 * What changed about a cluster that a person should hear, or nothing.
 */
export function announcement(
  old: ICluster | undefined,
  cluster: ICluster,
  trans: TranslationBundle
): string {
  const { name } = cluster;
  if (old?.state !== cluster.state) {
    const word = stateWord(cluster.state, trans);
    return cluster.message && cluster.state !== 'starting'
      ? trans.__('%1: %2. %3', name, word, cluster.message)
      : trans.__('%1: %2', name, word);
  }
  if (
    old.workers.ready !== cluster.workers.ready &&
    cluster.workers.ready === cluster.workers.requested
  ) {
    return trans.__('%1: %2', name, workersText(cluster, trans));
  }
  return '';
}
