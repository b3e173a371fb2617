import { execFileSync, spawnSync } from 'child_process';
import { Script } from './script';

/** What the script prints. */
interface ISlurmInfo {
  url: string;
  SLURM_CONF: string;
}

/**
 * JupyterLab on a real SLURM with two nodes of four cores in the default
 * partition.
 */
export class Slurm {
  private constructor(private readonly script: Script<ISlurmInfo>) {}

  /** Whether SLURM is installed; its daemons may not be on the PATH. */
  static get installed(): boolean {
    const look = 'PATH="$PATH:/usr/sbin" command -v slurmctld';
    return spawnSync('sh', ['-c', look]).status === 0;
  }

  /** Whether SLURM's accounting is installed, too. */
  static get hasAccounting(): boolean {
    const look = 'PATH="$PATH:/usr/sbin" command -v slurmdbd mariadbd';
    return Slurm.installed && spawnSync('sh', ['-c', look]).status === 0;
  }

  /**
   * Start SLURM and JupyterLab, and wait until they are ready.
   *
   * @param args - `--accounting` for a site that enforces accounts and QOS
   */
  static async start(...args: string[]): Promise<Slurm> {
    return new Slurm(
      await Script.start<ISlurmInfo>('real_slurm_lab.py', ...args)
    );
  }

  /** Stop both, and wait until all of their processes have ended. */
  async stop(): Promise<void> {
    await this.script.stop();
  }

  /** The URL of JupyterLab, without a trailing slash. */
  get url(): string {
    return this.script.info.url;
  }

  /** The states of the jobs of clusters, as squeue lists them. */
  states(): string[] {
    return this.run('squeue', '--noheader', '--format=%j %T')
      .split('\n')
      .filter(line => line.startsWith('dask-'))
      .map(line => line.split(' ')[1]);
  }

  /** The partitions and accounts of the jobs of clusters. */
  places(): string[] {
    return this.run('squeue', '--noheader', '--format=%j %P %a')
      .split('\n')
      .filter(line => line.startsWith('dask-'))
      .map(line => line.split(' ').slice(1).join(' '));
  }

  /** Submit a job of another user that occupies all nodes. */
  occupy(): void {
    const job = ['--job-name=other', '--nodes=2', '--exclusive'];
    this.run('sbatch', ...job, '--output=/dev/null', '--wrap', 'sleep 600');
  }

  /** Cancel the job of the other user. */
  release(): void {
    this.run('scancel', '--name=other');
  }

  private run(command: string, ...args: string[]): string {
    const { SLURM_CONF } = this.script.info;
    const env = { ...process.env, SLURM_CONF };
    return String(execFileSync(command, args, { env, cwd: '/tmp' }));
  }
}
