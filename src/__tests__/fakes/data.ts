import { Signal } from '@lumino/signaling';
import { ICluster, IPlatform, IWorker } from '../../tokens';

/** Make a running cluster. */
export function makeCluster(changes: Partial<ICluster> = {}): ICluster {
  return {
    id: 'one',
    name: 'Local 1',
    platform: 'local',
    platform_title: 'This computer',
    options: {},
    kernel_name: 'python3',
    state: 'running',
    message: '',
    created: '2030-01-01T12:00:00Z',
    workers: makeWorkers({ requested: 2, ready: 2 }),
    unit: 'workers',
    adapt: null,
    scalable: true,
    cores: 2,
    memory: 8 * 1024 ** 3,
    spent: null,
    usage: makeUsage(),
    used: null,
    address: 'tls://127.0.0.1:1234',
    tls: true,
    dashboard_url: '/lab/proxy/8787/status',
    dashboard_access: null,
    code: { create: 'cluster = LocalCluster()', connect: 'client = Client(1)' },
    core_hours: null,
    again: null,
    keep_running: false,
    joined: false,
    expires: null,
    idle: null,
    renewal: null,
    queue: null,
    jobs: [],
    versions: {},
    warnings: [],
    ...changes
  };
}

/** Count the workers of a cluster: none, but for the changes. */
export function makeWorkers(
  changes: Partial<ICluster['workers']> = {}
): ICluster['workers'] {
  return {
    ...{ requested: 0, ready: 0, queued: 0, failed: 0, killed: 0, died: 0 },
    ...changes
  };
}

/** Make the load of a cluster. */
export function makeUsage(
  changes: Partial<NonNullable<ICluster['usage']>> = {}
): NonNullable<ICluster['usage']> {
  return {
    cpu: 0.5,
    memory: 1024 ** 3,
    tasks: 0,
    done: 0,
    held: 0,
    failed: 0,
    waiting: 0,
    spilled: 0,
    paused: 0,
    ...changes
  };
}

/** Make a worker with nothing to do. */
export function makeWorker(changes: Partial<IWorker> = {}): IWorker {
  return {
    id: 'tls://127.0.0.1:40001',
    name: '0',
    host: '127.0.0.1',
    state: 'running',
    threads: 1,
    memory: 1.1 * 1024 ** 3,
    memory_limit: 2 * 1024 ** 3,
    cpu: 0.5,
    spilled: 0,
    tasks: 0,
    results: 0,
    restartable: true,
    ...changes
  };
}

/** Make an available platform. */
export function makePlatform(changes: Partial<IPlatform> = {}): IPlatform {
  return {
    name: 'local',
    title: 'This computer',
    description: 'A laptop or desktop',
    available: true,
    reason: null,
    command: null,
    detected: false,
    likely: true,
    tls: true,
    can_encrypt: true,
    workers: {
      title: 'Workers',
      default: 1,
      suggested: 2,
      minimum: 0,
      maximum: 8,
      from: null
    },
    adaptive: true,
    core_hours: null,
    options: {
      type: 'object',
      properties: {
        threads: { type: 'integer', title: 'Threads per worker', default: 1 },
        memory: {
          type: 'string',
          title: 'Memory per worker',
          pattern: '^[0-9]+GB$',
          examples: ['4GB']
        },
        extra: { type: 'string', title: 'Extra arguments', advanced: true }
      }
    },
    options_from: null,
    queue: null,
    finds: false,
    launches: true,
    ...changes
  };
}

/** Make a manager with two kernelspecs for Python and one for R. */
export function makeKernelspecs(): any {
  const spec = (name: string, title: string, language: string): unknown => ({
    name,
    display_name: title,
    language
  });
  return {
    specs: {
      default: 'python3',
      kernelspecs: {
        python3: spec('python3', 'Python 3', 'python'),
        analysis: spec('analysis', 'Analysis', 'python'),
        ir: spec('ir', 'R', 'R')
      }
    },
    specsChanged: new Signal<object, any>({})
  };
}
