import { queryKernel, differences } from '../../versions/packages';

const { execFileSync } = jest.requireActual('child_process');

/** Evaluate an expression with Python, and return its representation. */
function evaluate(expression: string): string {
  const show = 'import sys; print(repr(eval(sys.stdin.read())), end="")';
  return String(
    execFileSync('python3', ['-c', show], { input: expression, timeout: 30000 })
  );
}

/** Make a kernel that replies to a request. */
function makeKernel(reply: (content: any) => unknown): any {
  const requests: any[] = [];
  return {
    requests,
    requestExecute: (content: any) => {
      requests.push(content);
      return { done: Promise.resolve().then(() => reply(content)) };
    }
  };
}

const PYTHON = (content: any): unknown => ({
  content: {
    status: 'ok',
    user_expressions: {
      environment: {
        status: 'ok',
        data: { 'text/plain': evaluate(content.user_expressions.environment) }
      }
    }
  }
});

describe('queryKernel', () => {
  // Guards against invalid Python code.
  it('returns the environment of a Python kernel', async () => {
    const environment = await queryKernel(makeKernel(PYTHON));
    expect(environment!.versions.python).toMatch(/^3\.\d+\.\d+/);
    expect(typeof environment!.hasConnect).toBe('boolean');
  });

  // Guards against a query that appears in the notebook or its history.
  it('is silent', async () => {
    const kernel = makeKernel(PYTHON);
    await queryKernel(kernel);
    expect(kernel.requests[0]).toMatchObject({
      code: '',
      silent: true,
      store_history: false,
      allow_stdin: false
    });
  });

  // Guards against an exception for a dead kernel or another language.
  it.each([
    ['dies', () => Promise.reject(new Error('Canceled'))],
    ['aborts', () => ({ content: { status: 'aborted' } })],
    ['has no user expressions', () => ({ content: { status: 'ok' } })],
    [
      'cannot evaluate the code',
      () => ({
        content: {
          status: 'ok',
          user_expressions: { environment: { status: 'error', evalue: 'no' } }
        }
      })
    ],
    [
      'returns something else',
      () => ({
        content: {
          status: 'ok',
          user_expressions: { environment: { data: { 'text/plain': '<R>' } } }
        }
      })
    ]
  ])('returns null for a kernel that %s', async (_, reply) => {
    expect(await queryKernel(makeKernel(reply))).toBeNull();
  });
});

describe('differences', () => {
  const here = { python: '3.11.2', dask: '2026.8.0', distributed: '2026.8.0' };

  // Guards against a false alarm.
  it('finds none between equal environments', () => {
    expect(differences(here, { ...here, python: '3.11.9' })).toEqual([]);
  });

  // Guards against a false alarm before the packages of the cluster are known.
  it('finds none while the cluster is unknown', () => {
    expect(differences(here, {})).toEqual([]);
  });

  // Guards against a table with packages that match.
  it('finds packages that differ, and which are critical', () => {
    expect(
      differences(
        { ...here, numpy: '2.0.0' },
        { ...here, python: '3.12.1', numpy: '1.26.4' }
      )
    ).toEqual([
      { name: 'python', notebook: '3.11.2', cluster: '3.12.1', critical: true },
      { name: 'numpy', notebook: '2.0.0', cluster: '1.26.4', critical: false }
    ]);
  });

  // Guards against ignoring packages that workers cannot import.
  it('finds packages that only the notebook has', () => {
    expect(
      differences(
        { ...here, pandas: '2.2.0' },
        { ...here, numpy: '2.0.0' }
      ).map(({ name, cluster }) => [name, cluster])
    ).toEqual([['pandas', null]]);
  });

  // Guards against ignoring that the notebook cannot connect.
  it('finds that the notebook does not have Dask', () => {
    expect(
      differences({ python: '3.11.2' }, here).map(({ name }) => name)
    ).toEqual(['dask', 'distributed']);
  });
});
