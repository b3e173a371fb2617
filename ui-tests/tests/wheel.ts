import { execFileSync } from 'child_process';
import { existsSync, readdirSync } from 'fs';
import { join } from 'path';

const HOME = join(process.env.UI_TESTS_HOME!, 'releases');
const ENVIRONMENT = join(HOME, 'venv');
const WHEELS = join(HOME, 'wheels');
const REPOSITORY = join(__dirname, '..', '..');

/** The commands of the environment with the wheel. */
export const BIN = join(ENVIRONMENT, 'bin');

/** Install requirements there, and the wheel, which is built once. */
export function install(...requirements: string[]): void {
  const pip = (...args: string[]): void =>
    void execFileSync(join(BIN, 'pip'), [...args, '--quiet'], {
      env: { ...process.env, SKIP_JUPYTER_BUILDER: '1' },
      stdio: 'pipe'
    });
  if (!existsSync(WHEELS)) {
    execFileSync(process.env.PYTHON ?? 'python3', ['-m', 'venv', ENVIRONMENT]);
    pip('wheel', '--no-deps', `--wheel-dir=${WHEELS}`, REPOSITORY);
  }
  const [wheel] = readdirSync(WHEELS);
  pip('install', ...requirements, `${join(WHEELS, wheel)}[local]`);
}
