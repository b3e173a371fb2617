import { Slurm } from './slurm';
import { test as base } from './test';

/** A computation that counts the jobs of the workers that took part. */
export const COMPUTE =
  'len(set(client.gather(client.map(lambda i: ' +
  '(__import__("time").sleep(0.2), __import__("os").environ["SLURM_JOB_ID"])[1], ' +
  'range(20)))))';

/**
 * Make the test of a file whose JupyterLab runs on a real SLURM. Its tests are
 * skipped where SLURM is not installed, but in CI.
 *
 * @param options.accounting - whether it is another site: it has several
 *   partitions, accounts and QOS, enforces them, and has no platform file
 */
export function testOnSlurm(options: { accounting: boolean }) {
  const { accounting } = options;
  const test = base.extend<object, { slurm: Slurm }>({
    slurm: [
      // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern
      async ({}, use) => {
        const slurm = await Slurm.start(
          ...(accounting ? ['--accounting'] : [])
        );
        await use(slurm);
        await slurm.stop();
      },
      { scope: 'worker', timeout: 180000 }
    ],
    baseURL: ({ slurm }, use) => use(slurm.url)
  });
  const installed = accounting ? Slurm.hasAccounting : Slurm.installed;
  test.skip(
    !installed && !process.env.CI,
    'SLURM is not installed: see scripts/debian-packages.sh'
  );
  return test;
}
