import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { Script } from './script';

/** The file of the user's Dask configuration that names TLS files. */
const CONFIG = join(process.env.UI_TESTS_HOME!, '.config', 'dask', 'tls.json');

/** What the script prints. */
interface ISchedulerInfo {
  address: string;
  file: string;
  pid: number;
}

/**
 * A scheduler with one worker that a user has started in a terminal.
 */
export class Scheduler {
  private constructor(private readonly script: Script<ISchedulerInfo>) {}

  /** Start both and wait until they are connected. */
  static async start(...args: string[]): Promise<Scheduler> {
    return new Scheduler(
      await Script.start<ISchedulerInfo>('real_scheduler.py', ...args)
    );
  }

  /** Start both with encryption, of a user whose Dask configuration has the files. */
  static async startEncrypted(): Promise<Scheduler> {
    const scheduler = await Scheduler.start('--tls');
    const folder = dirname(scheduler.file);
    const files = { cert: join(folder, 'cert'), key: join(folder, 'key') };
    const tls = { 'ca-file': join(folder, 'ca-file'), client: files };
    mkdirSync(dirname(CONFIG), { recursive: true });
    writeFileSync(CONFIG, JSON.stringify({ distributed: { comm: { tls } } }));
    return scheduler;
  }

  /** Stop both. */
  async stop(): Promise<void> {
    rmSync(CONFIG, { force: true });
    await this.script.stop();
  }

  /** The scheduler file. */
  get file(): string {
    return this.script.info.file;
  }

  /** The address of the scheduler. */
  get address(): string {
    return this.script.info.address;
  }

  /** Whether the scheduler runs. */
  get isRunning(): boolean {
    try {
      return process.kill(this.script.info.pid, 0);
    } catch {
      return false;
    }
  }
}
