import {
  announcement,
  bytes,
  duration,
  idleText,
  spentText,
  stateWord,
  timeLeftText,
  workersText
} from '../format';
import { ICost } from '../tokens';
import { makeCluster, trans } from './fakes';

/** Noon, and so many minutes later. */
const at = (minutes: number): number =>
  Date.parse('2030-01-01T12:00:00Z') + minutes * 60_000;

describe('words', () => {
  // Guards against "another computer" for a server on this very one.
  it('has a word for a cluster of another server, wherever that is', () => {
    expect(stateWord('elsewhere', trans)).toBe('On another server');
  });

  // Guards against "1 of 2" while it adapts, when there is no such target.
  it('tells workers ready and asked for', () => {
    const workers = { requested: 8, ready: 3, queued: 5, failed: 0 };
    expect(workersText(makeCluster({ workers }), trans)).toBe('3 of 8 workers');
    const adapt = { minimum: 0, maximum: 9 };
    expect(workersText(makeCluster({ workers, adapt }), trans)).toBe(
      '3 workers, 0 to 9'
    );
  });

  // Guards against "13200 s".
  it.each([
    [12_000, '12 s'],
    [-5, '0 s'],
    [4 * 60_000, '4 min'],
    [220 * 60_000, '3 h 40 min'],
    [180 * 60_000, '3 h'],
    [52 * 3_600_000, '2 d 4 h']
  ])('tells %d ms as %s', (span, text) => {
    expect(duration(span, trans)).toBe(text);
  });

  // Guards against memory in bytes, and decimals that mean nothing.
  it.each([
    [512, '512 B'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
    [24 * 1024 ** 3, '24 GiB'],
    [113.4 * 1024 ** 2, '113 MiB']
  ])('tells %d bytes as %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  // Guards against a time left that only moves with the next report.
  it('tells the time left of the walltime', () => {
    const cluster = makeCluster({ expires: '2030-01-01T16:00:00Z' });
    expect(timeLeftText(cluster, at(20), trans)).toBe('3 h 40 min left');
    expect(timeLeftText(cluster, at(300), trans)).toBe('walltime is over');
    expect(timeLeftText(makeCluster(), at(0), trans)).toBe('');
  });

  // Guards against a bill that nobody saw coming, or that stands still.
  it('tells what a cluster has cost so far', () => {
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

  // Guards against a number that means nothing yet.
  it('tells no core-hours before there are some', () => {
    const spent = { core_hours: 0.01, since: null, cost: null };
    expect(spentText(makeCluster({ spent }), at(60), trans)).toBe('');
  });

  // Guards against a cluster that closes without having said so.
  it('tells idle time and when it closes', () => {
    const closes_at = '2030-01-01T12:30:00Z';
    const cluster = makeCluster({ idle: { timeout: 1800, closes_at } });
    expect(idleText(cluster, at(25), trans)).toBe(
      'idle for 25 min, closes in 5 min'
    );
    expect(idleText(cluster, at(0), trans)).toBe('idle, closes in 30 min');
    const busy = makeCluster({ idle: { timeout: 1800, closes_at: null } });
    expect(idleText(busy, at(25), trans)).toBe('');
  });

  // Guards against a screen reader that hears nothing, or every meter.
  it('announces states and complete workers, and nothing else', () => {
    const workers = { requested: 2, ready: 1, queued: 0, failed: 0 };
    const starting = makeCluster({ state: 'starting', workers });
    const waiting = makeCluster({ workers });
    const full = makeCluster();
    expect(announcement(undefined, starting, trans)).toBe('Local 1: Starting');
    expect(announcement(starting, waiting, trans)).toBe('Local 1: Running');
    expect(announcement(waiting, full, trans)).toBe('Local 1: 2 of 2 workers');
    const busier = { ...full, usage: { cpu: 1, memory: 1, tasks: 9 } };
    expect(announcement(full, busier, trans)).toBe('');
    const message = 'sbatch: error: invalid account';
    const failed = makeCluster({ state: 'failed', message });
    expect(announcement(full, failed, trans)).toBe(
      `Local 1: Failed. ${message}`
    );
  });
});
