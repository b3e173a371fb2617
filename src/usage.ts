import { TranslationBundle } from '@jupyterlab/translation';
import { ICluster, IWorker } from './api/types';
import { countText } from './format';

/** The names of the powers of 1024, and of 1000. */
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A size of memory in the code that creates a cluster, without "iB". */
const DECIMAL_SIZE = /memory\w*["']?\s*[=:]\s*["'][0-9.]+\s*[kKMGTP]?B?["']/;

/** A part of the load of a cluster, and whether something is wrong with it. */
export interface ILoadText {
  /** The text. */
  text: string;
  /** Whether it needs attention. */
  isWrong?: boolean;
}

/**
 * Whether the memory of a cluster was requested in powers of 1000, to show it in
 * the same units.
 */
export function isDecimal(cluster: ICluster): boolean {
  return DECIMAL_SIZE.test(cluster.code.create);
}

/**
 * Format a number of bytes: "1.5 GiB", or "1.6 GB" in decimal units.
 */
export function bytesText(value: number, decimal = false): string {
  const [index, unit] = scale(value, decimal);
  return `${numberText(value / (decimal ? 1000 : 1024) ** index)} ${unit}`;
}

/**
 * Format memory in use and its limit in the unit of the limit: "1.1 of 24 GiB".
 */
export function memoryText(
  used: number,
  limit: number,
  decimal: boolean,
  trans: TranslationBundle
): string {
  if (limit <= 0) {
    return bytesText(used, decimal);
  }
  const [index] = scale(limit, decimal);
  const share = used / (decimal ? 1000 : 1024) ** index;
  return trans.__('%1 of %2', numberText(share), bytesText(limit, decimal));
}

/** The power and the name of the unit that suits a number of bytes. */
function scale(value: number, decimal: boolean): [number, string] {
  const base = decimal ? 1000 : 1024;
  const units = decimal ? DECIMAL : BINARY;
  let index = 0;
  // As rounded: 999.7 MB is 1 GB.
  while (Math.round(value) >= base && index < units.length - 1) {
    value /= base;
    index += 1;
  }
  return [index, units[index]];
}

/** Format a number with at most one decimal. */
function numberText(value: number): string {
  return value.toFixed(value < 9.95 ? 1 : 0).replace(/\.0$/, '');
}

/**
 * Format the threads and the memory of all workers; empty while there are none.
 */
export function capacityText(
  cluster: ICluster,
  trans: TranslationBundle
): string {
  const { cores, memory } = cluster;
  if (!cores) {
    return '';
  }
  const threads = trans._n('%1 thread', '%1 threads', cores);
  return memory
    ? `${threads} · ${bytesText(memory, isDecimal(cluster))}`
    : threads;
}

/**
 * Format what a cluster has used, for the size of the next one: "8 jobs × 10 GB:
 * at most 3.1 GB used, CPU 40%". Empty if it had no workers.
 */
export function usedText(cluster: ICluster, trans: TranslationBundle): string {
  const { unit, used } = cluster;
  if (!used) {
    return '';
  }
  const decimal = isDecimal(cluster);
  const count = countText(used.units, unit, trans);
  const size = used.memory
    ? trans.__('%1 × %2', count, bytesText(used.memory, decimal))
    : count;
  const parts = [
    trans.__('%1: at most %2 used', size, bytesText(used.peak, decimal)),
    trans.__('CPU %1%', Math.round(100 * used.cpu))
  ];
  if (used.spilled > 0) {
    const spilled = bytesText(used.spilled, decimal);
    parts.push(trans.__('%1 spilled to disk', spilled));
  }
  return parts.join(', ');
}

/**
 * Format how far the tasks are and how busy the workers are, most important
 * first: "18 of 40 tasks", "1 failed", "CPU 96%", "1.1 of 24 GiB".
 */
export function loadTexts(
  cluster: ICluster,
  trans: TranslationBundle
): ILoadText[] {
  const { memory, usage, workers } = cluster;
  if (!usage) {
    return [];
  }
  const decimal = isDecimal(cluster);
  const texts: ILoadText[] = [];
  if (usage.tasks > 0) {
    texts.push({
      text: trans._n('%2 of %1 task', '%2 of %1 tasks', usage.tasks, usage.done)
    });
  }
  if (usage.failed > 0) {
    texts.push({ text: trans.__('%1 failed', usage.failed), isWrong: true });
  }
  if (usage.waiting > 0) {
    texts.push(waitingText(cluster, usage.waiting, trans));
  }
  if (workers.ready > 0) {
    texts.push(
      { text: trans.__('CPU %1%', Math.round(100 * usage.cpu)) },
      { text: memoryText(usage.memory, memory, decimal, trans) }
    );
  }
  if (usage.spilled > 0) {
    const spilled = bytesText(usage.spilled, decimal);
    texts.push({
      text: trans.__('%1 spilled to disk', spilled),
      isWrong: true
    });
  }
  if (usage.paused > 0) {
    texts.push({
      text: trans._n(
        '%1 worker paused: its memory is full',
        '%1 workers paused: their memory is full',
        usage.paused
      ),
      isWrong: true
    });
  }
  return texts;
}

/** Format how many tasks wait for workers, and whether none will come. */
function waitingText(
  { adapt, workers }: ICluster,
  waiting: number,
  trans: TranslationBundle
): ILoadText {
  if (workers.ready > 0) {
    return {
      text: trans.__('%1 waiting for a worker that can run them', waiting),
      isWrong: true
    };
  }
  return {
    text: trans.__('%1 waiting for workers', waiting),
    isWrong: workers.requested === 0 && !adapt
  };
}

/**
 * Format how many workers died, those for lack of memory first, and how many jobs
 * ended with an error; empty if none did.
 */
export function failedText(
  { jobs, workers: { died, failed, killed } }: ICluster,
  trans: TranslationBundle
): string {
  const parts: string[] = [];
  if (killed > 0) {
    parts.push(
      trans._n(
        '%1 worker killed: out of memory',
        '%1 workers killed: out of memory',
        killed
      )
    );
  }
  if (died > killed) {
    parts.push(trans._n('%1 worker died', '%1 workers died', died - killed));
  }
  if (jobs.length > 0 && failed > 0) {
    parts.push(trans._n('%1 job failed', '%1 jobs failed', failed));
  }
  return parts.join(' · ');
}

/**
 * Format what a worker does, and what is wrong with it first: "paused: its memory
 * is full", "1.1 of 2 GiB", "CPU 50%", "2 tasks", "3 results".
 *
 * @param decimal - whether to show memory in powers of 1000
 */
export function workerTexts(
  worker: IWorker,
  decimal: boolean,
  trans: TranslationBundle
): ILoadText[] {
  const texts: ILoadText[] = [];
  if (worker.state === 'paused') {
    texts.push({ text: trans.__('paused: its memory is full'), isWrong: true });
  } else if (worker.state === 'init') {
    texts.push({ text: trans.__('starting') });
  } else if (worker.state !== 'running') {
    texts.push({ text: trans.__('stopping') }); // in several ways
  }
  texts.push(
    {
      text: memoryText(worker.memory, worker.memory_limit ?? 0, decimal, trans)
    },
    { text: trans.__('CPU %1%', Math.round(100 * worker.cpu)) }
  );
  if (worker.tasks > 0) {
    texts.push({ text: trans._n('%1 task', '%1 tasks', worker.tasks) });
  }
  if (worker.results > 0) {
    texts.push({ text: trans._n('%1 result', '%1 results', worker.results) });
  }
  if (worker.spilled > 0) {
    const spilled = bytesText(worker.spilled, decimal);
    texts.push({
      text: trans.__('%1 spilled to disk', spilled),
      isWrong: true
    });
  }
  return texts;
}
