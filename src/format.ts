import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster, State } from './api/types';

/** Milliseconds in a minute. */
const MINUTE = 60_000;

/** Milliseconds in an hour. */
const HOUR = 60 * MINUTE;

/**
 * Whether a cluster is starting or running.
 */
export function isAlive(cluster: ICluster): boolean {
  return cluster.state === 'starting' || cluster.state === 'running';
}

/**
 * Whether a cluster has ended, so that its row can be dismissed.
 */
export function hasEnded(cluster: ICluster): boolean {
  return ['closed', 'failed', 'lost'].includes(cluster.state);
}

/**
 * Format a state.
 */
export function stateText(state: State, trans: TranslationBundle): string {
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
      return trans.__('Unreachable');
    case 'elsewhere':
      // On this host or another one; the message has the details.
      return trans.__('On another server');
  }
}

/**
 * The title of the platform of a cluster; empty if its name says it already.
 */
export function platformText(cluster: ICluster): string {
  const { name, platform_title: title } = cluster;
  return name.startsWith(title) ? '' : title;
}

/** What is counted. */
type Unit = ICluster['unit'];

/**
 * Format a number of workers or jobs.
 */
export function countText(
  count: number,
  unit: Unit,
  trans: TranslationBundle
): string {
  return unit === 'jobs'
    ? trans._n('%1 job', '%1 jobs', count)
    : trans._n('%1 worker', '%1 workers', count);
}

/**
 * Format the bounds of an adaptive cluster.
 */
export function rangeText(
  minimum: number,
  maximum: number,
  unit: Unit,
  trans: TranslationBundle
): string {
  return unit === 'jobs'
    ? trans._n('%2 to %1 job', '%2 to %1 jobs', maximum, minimum)
    : trans._n('%2 to %1 worker', '%2 to %1 workers', maximum, minimum);
}

/**
 * Format the number of workers or jobs that are ready, and how many are requested.
 */
export function workersText(
  cluster: ICluster,
  trans: TranslationBundle
): string {
  const { adapt, unit } = cluster;
  const { ready, requested } = cluster.workers;
  if (adapt) {
    return trans.__(
      '%1 (adaptive, %2–%3)',
      countText(ready, unit, trans),
      adapt.minimum,
      adapt.maximum
    );
  }
  if (ready === requested) {
    return countText(ready, unit, trans);
  }
  return unit === 'jobs'
    ? trans._n('%2 of %1 job', '%2 of %1 jobs', requested, ready)
    : trans._n('%2 of %1 worker', '%2 of %1 workers', requested, ready);
}

/**
 * Format a duration: "12 s", "4 min", "3 h 40 min", "2 d 4 h", "7 d".
 *
 * @param milliseconds - the duration; below zero counts as zero
 */
export function durationText(
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
  return hours % 24
    ? trans.__('%1 d %2 h', Math.floor(hours / 24), hours % 24)
    : trans.__('%1 d', hours / 24);
}

/**
 * Format the time until the batch system ends the jobs; empty if it does not.
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
    ? trans.__('%1 left', durationText(left, trans))
    : trans.__('Time limit reached');
}

/**
 * Format the core-hours of a cluster so far, or their cost if there is a price.
 * Empty if core-hours are not counted on this platform, or are below 0.1.
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

/** Format a number of core-hours: "1 core-hour", "2.5 core-hours". */
export function coreHoursText(hours: number, trans: TranslationBundle): string {
  return hours === 1
    ? trans.__('1 core-hour')
    : trans.__('%1 core-hours', Number(hours.toPrecision(6)));
}

/**
 * Format at how many core-hours a cluster shuts down; empty without a limit,
 * and once it has ended.
 */
export function stopsText(
  { core_hours, state }: ICluster,
  trans: TranslationBundle
): string {
  return core_hours && (state === 'starting' || state === 'running')
    ? trans.__('stops at %1', coreHoursText(core_hours, trans))
    : '';
}

/**
 * Format how long a cluster has been idle and when it shuts down; empty while
 * it is busy.
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
    ? trans.__('idle, shuts down in %1', durationText(left, trans))
    : trans.__(
        'idle for %1, shuts down in %2',
        durationText(idle, trans),
        durationText(left, trans)
      );
}

/**
 * Format a change of a cluster for a screen reader; empty if it is minor.
 */
export function announcement(
  old: ICluster | undefined,
  cluster: ICluster,
  trans: TranslationBundle
): string {
  const { name } = cluster;
  if (old?.state !== cluster.state) {
    const state = stateText(cluster.state, trans);
    const isNew = cluster.message !== old?.message;
    return isNew && cluster.message && cluster.state !== 'starting'
      ? trans.__('%1: %2. %3', name, state, cluster.message)
      : trans.__('%1: %2', name, state);
  }
  if (
    old.workers.ready !== cluster.workers.ready &&
    cluster.workers.ready === cluster.workers.requested
  ) {
    return trans.__('%1: %2', name, workersText(cluster, trans));
  }
  return '';
}
