import { Script } from './script';

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
  static async start(): Promise<Scheduler> {
    return new Scheduler(
      await Script.start<ISchedulerInfo>('real_scheduler.py')
    );
  }

  /** Stop both. */
  async stop(): Promise<void> {
    await this.script.stop();
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
