import {
  announcement,
  durationText,
  idleText,
  spentText,
  stateText,
  stopsText,
  timeLeftText,
  workersText
} from '../format';
import { ICost } from '../tokens';
import { makeCluster, makeWorkers, makeUsage, trans } from './fakes';

/** The time at a number of minutes after noon. */
const at = (minutes: number): number =>
  Date.parse('2030-01-01T12:00:00Z') + minutes * 60_000;

describe('the texts about clusters', () => {
  // Guards against "another host" for a server on the same host.
  it('describe a cluster of another server on any host', () => {
    expect(stateText('elsewhere', trans)).toBe('On another server');
  });

  // Guards against "1 of 2" for an adaptive cluster, which has no such target.
  it('count ready and requested workers', () => {
    const workers = makeWorkers({ requested: 8, ready: 3, queued: 5 });
    expect(workersText(makeCluster({ workers }), trans)).toBe('3 of 8 workers');
    expect(workersText(makeCluster(), trans)).toBe('2 workers');
    const adapt = { minimum: 0, maximum: 9 };
    expect(workersText(makeCluster({ workers, adapt }), trans)).toBe(
      '3 workers (adaptive, 0–9)'
    );
  });

  // Guards against "2 workers" where two jobs bring four.
  it('name jobs where jobs are counted', () => {
    const workers = { ...makeCluster().workers, ready: 3, requested: 8 };
    const jobs = { workers, unit: 'jobs' } as const;
    expect(workersText(makeCluster(jobs), trans)).toBe('3 of 8 jobs');
    const adapt = { minimum: 0, maximum: 9 };
    expect(workersText(makeCluster({ ...jobs, adapt }), trans)).toBe(
      '3 jobs (adaptive, 0–9)'
    );
  });

  // Guards against "13200 s".
  it.each([
    [12_000, '12 s'],
    [-5, '0 s'],
    [4 * 60_000, '4 min'],
    [220 * 60_000, '3 h 40 min'],
    [180 * 60_000, '3 h'],
    [52 * 3_600_000, '2 d 4 h'],
    [168 * 3_600_000, '7 d']
  ])('format %d ms as %s', (span, text) => {
    expect(durationText(span, trans)).toBe(text);
  });

  // Guards against a time left that is only updated by reports.
  it('count down to the time limit', () => {
    const cluster = makeCluster({ expires: '2030-01-01T16:00:00Z' });
    expect(timeLeftText(cluster, at(20), trans)).toBe('3 h 40 min left');
    expect(timeLeftText(cluster, at(300), trans)).toBe('Time limit reached');
    expect(timeLeftText(makeCluster(), at(0), trans)).toBe('');
  });

  // Guards against an unexpected bill, and a cost that is not updated.
  it('sum up the cost of a cluster', () => {
    const since = '2030-01-01T12:00:00Z';
    const text = (minutes: number, cost: ICost | null, running = true) =>
      spentText(
        makeCluster({
          cores: 30,
          spent: { core_hours: 1.5, since: running ? since : null, cost }
        }),
        at(minutes),
        trans
      );
    const cost = { per_core_hour: 0.05, currency: 'USD' };
    expect(text(4, null)).toBe('3.5 core-hours so far');
    expect(text(60, null)).toBe('32 core-hours so far');
    expect(text(60, cost)).toBe('1.58 USD so far');
    expect(text(60, cost, false)).toBe('0.08 USD so far');
    expect(spentText(makeCluster(), at(60), trans)).toBe('');
  });

  // Guards against a number that is still meaningless.
  it('omit core-hours while there are almost none', () => {
    const spent = { core_hours: 0.01, since: null, cost: null };
    expect(spentText(makeCluster({ spent }), at(60), trans)).toBe('');
  });

  // Guards against a cluster that stops at a hidden limit.
  it('say at how many core-hours a cluster stops', () => {
    const text = (core_hours: number | null, changes: object = {}) =>
      stopsText(makeCluster({ core_hours, ...changes }), trans);
    expect(text(20)).toBe('stops at 20 core-hours');
    expect(text(1)).toBe('stops at 1 core-hour');
    expect(text(0.25)).toBe('stops at 0.25 core-hours');
    expect(text(null)).toBe('');
    expect(text(20, { state: 'closed' })).toBe('');
  });

  // Guards against a cluster that shuts down without notice.
  it('describe the idle time and when the cluster shuts down', () => {
    const closes_at = '2030-01-01T12:30:00Z';
    const cluster = makeCluster({ idle: { timeout: 1800, closes_at } });
    expect(idleText(cluster, at(25), trans)).toBe(
      'idle for 25 min, shuts down in 5 min'
    );
    expect(idleText(cluster, at(0), trans)).toBe('idle, shuts down in 30 min');
    const busy = makeCluster({ idle: { timeout: 1800, closes_at: null } });
    expect(idleText(busy, at(25), trans)).toBe('');
  });

  // Guards against announcements of nothing, or of every change of usage.
  it('announce states and complete workers, and nothing else', () => {
    const workers = makeWorkers({ requested: 2, ready: 1 });
    const starting = makeCluster({ state: 'starting', workers });
    const waiting = makeCluster({ workers });
    const full = makeCluster();
    expect(announcement(undefined, starting, trans)).toBe('Local 1: Starting');
    expect(announcement(starting, waiting, trans)).toBe('Local 1: Running');
    expect(announcement(waiting, full, trans)).toBe('Local 1: 2 workers');
    const busier = {
      ...full,
      usage: makeUsage({ cpu: 1, memory: 1, tasks: 9 })
    };
    expect(announcement(full, busier, trans)).toBe('');
    const message = 'sbatch: error: invalid account';
    const failed = makeCluster({ state: 'failed', message });
    expect(announcement(full, failed, trans)).toBe(
      `Local 1: Failed. ${message}`
    );
  });
});
