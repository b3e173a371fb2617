import { ChildProcess, execFileSync, spawn, spawnSync } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';

/**
 * JupyterLab on a real SLURM: two nodes of four cores in the usual partition.
 */
export class Slurm {
  private constructor(
    private readonly process: ChildProcess,
    private readonly known: { url: string; SLURM_CONF: string }
  ) {}

  /** Whether SLURM is installed; its daemons are not on everybody's PATH. */
  static get installed(): boolean {
    const look = 'PATH="$PATH:/usr/sbin" command -v slurmctld';
    return spawnSync('sh', ['-c', look]).status === 0;
  }

  /** Start both and wait until they answer. */
  static async start(): Promise<Slurm> {
    const script = join(
      __dirname,
      '..',
      '..',
      'tests',
      'engines',
      'real_slurm_lab.py'
    );
    const python = spawn('python', [script], {
      stdio: ['pipe', 'pipe', 'inherit']
    });
    for await (const line of createInterface({ input: python.stdout! })) {
      return new Slurm(python, JSON.parse(line));
    }
    throw new Error('SLURM did not start: it says above why.');
  }

  /** Stop both, and wait until nothing of them is left. */
  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.process.once('exit', resolve));
    this.process.stdin!.end();
    await ended;
  }

  /** The address of JupyterLab, without a slash at its end. */
  get url(): string {
    return this.known.url;
  }

  /** The states of the jobs of clusters, as squeue lists them. */
  states(): string[] {
    return this.run('squeue', '--noheader', '--format=%j %T')
      .split('\n')
      .filter(line => line.startsWith('dask-'))
      .map(line => line.split(' ')[1]);
  }

  /** Fill the machine with a job of somebody else. */
  occupy(): void {
    const job = ['--job-name=other', '--nodes=2', '--exclusive'];
    this.run('sbatch', ...job, '--output=/dev/null', '--wrap', 'sleep 600');
  }

  /** End the job of somebody else. */
  release(): void {
    this.run('scancel', '--name=other');
  }

  private run(command: string, ...args: string[]): string {
    const { SLURM_CONF } = this.known;
    const env = { ...process.env, SLURM_CONF };
    return String(execFileSync(command, args, { env, cwd: '/tmp' }));
  }
}
