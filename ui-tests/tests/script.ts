import { ChildProcess, spawn } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';

/** The folder of the scripts that start real engines. */
const ENGINES = join(__dirname, '..', '..', 'tests', 'engines');

/** The path of a script that starts an engine. */
export function scriptPath(name: string): string {
  return join(ENGINES, name);
}

/**
 * A Python script that starts an engine and prints how to reach it, as a line of
 * JSON. It runs until its input is closed.
 */
export class Script<T> {
  private constructor(
    private readonly process: ChildProcess,
    /** What the script printed. */
    readonly info: T
  ) {}

  /** Start a script and wait until its engine is ready. */
  static async start<T>(name: string, ...args: string[]): Promise<Script<T>> {
    const python = spawn('python', [scriptPath(name), ...args], {
      stdio: ['pipe', 'pipe', 'inherit']
    });
    for await (const line of createInterface({ input: python.stdout! })) {
      return new Script<T>(python, JSON.parse(line));
    }
    throw new Error(`${name} did not start: see its output above.`);
  }

  /** Stop the engine, and wait until all of its processes have ended. */
  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.stdin!.end();
    await ended;
  }
}
