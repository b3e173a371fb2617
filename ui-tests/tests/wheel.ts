import { execFileSync } from 'child_process';
import { existsSync, readdirSync } from 'fs';
import { join } from 'path';

const HOME = join(process.env.UI_TESTS_HOME!, 'environments');
const WHEELS = join(HOME, 'wheels');
const REPOSITORY = join(__dirname, '..', '..');

/** An environment with the wheel, which is built once for all of them. */
export class Environment {
  constructor(private readonly name: string) {}

  /** The folder of its commands. */
  get bin(): string {
    return join(HOME, this.name, 'bin');
  }

  /** Install requirements and the wheel. */
  install(...requirements: string[]): void {
    if (!existsSync(this.bin)) {
      const python = process.env.PYTHON ?? 'python3';
      execFileSync(python, ['-m', 'venv', join(HOME, this.name)]);
    }
    if (!existsSync(WHEELS)) {
      this._pip('wheel', '--no-deps', `--wheel-dir=${WHEELS}`, REPOSITORY);
    }
    const [wheel] = readdirSync(WHEELS);
    this._pip('install', ...requirements, `${join(WHEELS, wheel)}[local]`);
  }

  private _pip(...args: string[]): void {
    execFileSync(join(this.bin, 'pip'), [...args, '--quiet'], {
      env: { ...process.env, SKIP_JUPYTER_BUILDER: '1' },
      stdio: 'pipe'
    });
  }
}
