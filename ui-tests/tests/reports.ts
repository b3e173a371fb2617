/** A time in minutes from now, in the format of the server. */
export const inMinutes = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000).toISOString();

/** Make the load of a cluster. */
export const usage = (cpu: number, memory: number, tasks: number): object => ({
  ...{ cpu, memory, tasks },
  ...{ done: Math.round(tasks * 0.4), held: Math.round(tasks * 0.4) },
  ...{ failed: 0, waiting: 0 },
  ...{ spilled: 0, paused: 0 }
});

/** Count the workers of a cluster. */
export const workers = (
  ready: number,
  requested = ready,
  changes: object = {}
): object => ({
  ...{ ready, requested, queued: 0, failed: 0, killed: 0, died: 0 },
  ...changes
});

/** Make a report of the server. */
export function report(changes: object): object {
  return {
    id: Math.random().toString(36).slice(2),
    name: 'tides',
    platform: 'tallgrass',
    platform_title: 'Tallgrass',
    kernel_name: 'python3',
    state: 'running',
    message: '',
    created: inMinutes(-60),
    workers: workers(2),
    unit: 'workers',
    adapt: null,
    scalable: true,
    cores: 2,
    memory: 20 * 1024 ** 3,
    usage: null,
    address: 'tls://10.0.0.1:41000',
    tls: true,
    dashboard_url: '/lab-test/cluster-launcher/dashboard/1/status',
    dashboard_access: null,
    spent: null,
    versions: {},
    code: { create: 'cluster = …', connect: 'client = …' },
    keep_running: false,
    joined: false,
    expires: null,
    idle: null,
    core_hours: null,
    queue: null,
    jobs: [],
    warnings: [],
    ...changes
  };
}
