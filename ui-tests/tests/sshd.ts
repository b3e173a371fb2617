import { execFileSync, spawnSync } from 'child_process';
import { readdirSync, readFileSync, rmSync } from 'fs';
import { Script, scriptPath } from './script';

const SCRIPT = 'real_sshd.py';

/** What the script prints. */
interface ISshdInfo {
  hosts: string[];
  mark: string;
}

/**
 * A real sshd on several addresses, which lets in the user of the tests.
 */
export class Sshd {
  private constructor(private readonly script: Script<ISshdInfo>) {}

  /** Why no sshd can run here; empty if one can. */
  static get missing(): string {
    const args = [scriptPath(SCRIPT), '--check'];
    return spawnSync('python', args, { encoding: 'utf-8' }).stderr;
  }

  /** Start sshd and wait until it is ready. */
  static async start(): Promise<Sshd> {
    const home = process.env.UI_TESTS_HOME!;
    return new Sshd(await Script.start<ISshdInfo>(SCRIPT, home));
  }

  /** Stop sshd and everything that was started over it. */
  async stop(): Promise<void> {
    await this.script.stop();
  }

  /** The hosts that the user can log in to. */
  get hosts(): string[] {
    return this.script.info.hosts;
  }

  /** The processes of Dask that were started over this sshd and still run. */
  processes(): string[] {
    return readdirSync('/proc').filter(
      pid =>
        /^\d+$/.test(pid) &&
        read(pid, 'environ').includes(this.script.info.mark) &&
        read(pid, 'cmdline').includes('distributed.cli.dask_spec')
    );
  }
}

/** Read a file of a process; empty for one that has ended. */
function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf-8');
  } catch {
    return '';
  }
}

/**
 * Copy a sample to the platforms of the user, as in a terminal.
 *
 * @returns the function that removes it
 */
export function addPlatform(name: string): () => void {
  const home = process.env.UI_TESTS_HOME!;
  const printed = execFileSync(
    'jupyter',
    ['cluster-launcher', 'platforms', 'add', name, '--json'],
    { env: { ...process.env, HOME: home }, encoding: 'utf-8' }
  );
  const { origin } = JSON.parse(printed);
  return () => rmSync(origin);
}
