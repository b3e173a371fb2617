import {
  bytesText,
  capacityText,
  failedText,
  isDecimal,
  loadTexts,
  memoryText,
  usedText,
  workerTexts
} from '../usage';
import { ICluster } from '../tokens';
import {
  makeCluster,
  makeUsage,
  makeWorker,
  makeWorkers,
  trans
} from './fakes';

const GIB = 1024 ** 3;

/** Make a cluster that was created by some code. */
function created(create: string, changes: Partial<ICluster> = {}): ICluster {
  return makeCluster({ code: { create, connect: null }, ...changes });
}

describe('memory', () => {
  // Guards against memory in bytes, and meaningless decimals.
  it.each([
    [512, false, '512 B'],
    [1.5 * GIB, false, '1.5 GiB'],
    [24 * GIB, false, '24 GiB'],
    [113.4 * 1024 ** 2, false, '113 MiB'],
    [4e9, true, '4 GB'],
    [9_996_536_258, true, '10 GB'],
    [999.7e6, true, '1 GB']
  ])('of %d bytes (decimal: %s) is %s', (value, decimal, text) => {
    expect(bytesText(value, decimal)).toBe(text);
  });

  // Guards against two units in one phrase, which cannot be compared.
  it.each([
    [1.1 * GIB, 24 * GIB, false, '1.1 of 24 GiB'],
    [54 * 1024 ** 2, 3.7 * GIB, false, '0.1 of 3.7 GiB'],
    [1.2e9, 4e9, true, '1.2 of 4 GB'],
    [GIB, 0, false, '1 GiB']
  ])('%d of %d bytes (decimal: %s) is %s', (used, limit, decimal, text) => {
    expect(memoryText(used, limit, decimal, trans)).toBe(text);
  });

  // Guards against 3.7 GiB for the 4 GB that were requested.
  it.each([
    ['LocalCluster(memory_limit="4GB")', true],
    ['SLURMCluster(\n    memory="10 GB",\n)', true],
    ['SSHCluster(worker_options={"memory_limit": "4GB"})', true],
    ["SSHCluster(worker_options={'memory_limit': '4GiB'})", false],
    ['LocalCluster(memory_limit="4GiB")', false],
    ['LocalCluster()', false]
  ])('of %s is decimal: %s', (create, decimal) => {
    expect(isDecimal(created(create))).toBe(decimal);
  });
});

describe('a worker', () => {
  const LOAD = [{ text: '1.1 of 2 GiB' }, { text: 'CPU 50%' }];

  // Guards against a state that is left out, or called by another one's name.
  it.each([
    ['running', []],
    ['paused', [{ text: 'paused: its memory is full', isWrong: true }]],
    ['init', [{ text: 'starting' }]],
    ['closing_gracefully', [{ text: 'stopping' }]],
    ['closing', [{ text: 'stopping' }]]
  ])('that is %s', (state, words) => {
    expect(workerTexts(makeWorker({ state }), false, trans)).toEqual([
      ...words,
      ...LOAD
    ]);
  });
});

describe('what a cluster has used', () => {
  const used = {
    units: 8,
    memory: 10e9,
    peak: 3.1e9,
    spilled: 0,
    cpu: 0.404
  };

  // Guards against a size in other units than it was requested in.
  it('is the most memory, the CPU, and what was spilled', () => {
    const text = (changes: Partial<ICluster>): string =>
      usedText(created('memory="10GB"', { unit: 'jobs', ...changes }), trans);
    expect(text({ used })).toBe('8 jobs × 10 GB: at most 3.1 GB used, CPU 40%');
    expect(text({ used: { ...used, units: 1, spilled: 2.5e9 } })).toBe(
      '1 job × 10 GB: at most 3.1 GB used, CPU 40%, 2.5 GB spilled to disk'
    );
    expect(text({ used: { ...used, memory: null }, unit: 'workers' })).toBe(
      '8 workers: at most 3.1 GB used, CPU 40%'
    );
    expect(text({ used: null })).toBe('');
  });
});

describe('the size of a cluster', () => {
  // Guards against cores where threads are counted.
  it('is in threads, and in the units that were requested', () => {
    const cluster = created('memory_limit="4GB"', { memory: 8e9, cores: 2 });
    expect(capacityText(cluster, trans)).toBe('2 threads · 8 GB');
    expect(capacityText(makeCluster({ cores: 0 }), trans)).toBe('');
  });

  // Guards against dead workers without a trace.
  it('says how many workers died or jobs failed', () => {
    const workers = makeWorkers({ failed: 1, died: 1 });
    expect(failedText(makeCluster({ workers }), trans)).toBe('1 worker died');
    const ended = { id: '1', state: 'FAILED', reason: '', exit_code: '1:0' };
    const jobs = { workers, jobs: [ended] };
    expect(failedText(makeCluster(jobs), trans)).toBe(
      '1 worker died · 1 job failed'
    );
    jobs.workers = makeWorkers({ failed: 2, killed: 1, died: 1 });
    expect(failedText(makeCluster(jobs), trans)).toBe(
      '1 worker killed: out of memory · 2 jobs failed'
    );
    expect(failedText(makeCluster(), trans)).toBe('');
  });
});

describe('the load of a cluster', () => {
  const texts = (cluster: ICluster): [string, boolean][] =>
    loadTexts(cluster, trans).map(({ text, isWrong }) => [text, !!isWrong]);

  // Guards against a row that does not say how far it is.
  it('says how far the tasks are', () => {
    const usage = makeUsage({ cpu: 0.96, tasks: 40, done: 18, failed: 1 });
    expect(texts(makeCluster({ usage }))).toEqual([
      ['18 of 40 tasks', false],
      ['1 failed', true],
      ['CPU 96%', false],
      ['1 of 8 GiB', false]
    ]);
  });

  // Guards against a notebook that hangs, and a row that does not say why.
  it('says that tasks wait for workers', () => {
    const usage = makeUsage({ tasks: 138, waiting: 138 });
    expect(texts(makeCluster({ usage, workers: makeWorkers() }))).toEqual([
      ['0 of 138 tasks', false],
      ['138 waiting for workers', true]
    ]);
    // Some will come by themselves.
    const adapt = { minimum: 0, maximum: 3 };
    const asked = makeWorkers({ requested: 2 });
    for (const changes of [
      { adapt, workers: makeWorkers() },
      { workers: asked }
    ]) {
      expect(texts(makeCluster({ usage, ...changes }))).toContainEqual([
        '138 waiting for workers',
        false
      ]);
    }
    // Resources that no worker has: none of them will do.
    expect(texts(makeCluster({ usage }))).toContainEqual([
      '138 waiting for a worker that can run them',
      true
    ]);
  });

  // Guards against a cluster that is slow for lack of memory, without a sign.
  it('says that memory is full', () => {
    const usage = makeUsage({ spilled: 2.5 * GIB, paused: 1 });
    expect(texts(makeCluster({ usage })).slice(2)).toEqual([
      ['2.5 GiB spilled to disk', true],
      ['1 worker paused: its memory is full', true]
    ]);
  });

  // Guards against an exception before the first report.
  it('is nothing while it is unknown', () => {
    expect(texts(makeCluster({ usage: null }))).toEqual([]);
  });
});
