import { askKernel, differences } from '../../versions/packages';

const { execFileSync } = jest.requireActual('child_process');

/** What a Python here shows for an expression, as a kernel's reply has it. */
function python(expression: string): string {
  const show = 'import sys; print(repr(eval(sys.stdin.read())), end="")';
  return String(
    execFileSync('python3', ['-c', show], { input: expression, timeout: 30000 })
  );
}

/** A kernel that answers a question in its own way. */
function makeKernel(reply: (content: any) => unknown): any {
  const asked: any[] = [];
  return {
    asked,
    requestExecute: (content: any) => {
      asked.push(content);
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
        data: { 'text/plain': python(content.user_expressions.environment) }
      }
    }
  }
});

describe('askKernel', () => {
  // Guards against a question that Python does not understand.
  it('gets an answer from Python', async () => {
    const environment = await askKernel(makeKernel(PYTHON));
    expect(environment!.versions.python).toMatch(/^3\.\d+\.\d+/);
    expect(typeof environment!.hasConnect).toBe('boolean');
  });

  // Guards against a question that shows in the notebook or its history.
  it('asks in silence', async () => {
    const kernel = makeKernel(PYTHON);
    await askKernel(kernel);
    expect(kernel.asked[0]).toMatchObject({
      code: '',
      silent: true,
      store_history: false,
      allow_stdin: false
    });
  });

  // Guards against an exception where a kernel died or is of another kind.
  it.each([
    ['dies', () => Promise.reject(new Error('Canceled'))],
    ['aborts', () => ({ content: { status: 'aborted' } })],
    ['has no user expressions', () => ({ content: { status: 'ok' } })],
    [
      'cannot evaluate it',
      () => ({
        content: {
          status: 'ok',
          user_expressions: { environment: { status: 'error', evalue: 'no' } }
        }
      })
    ],
    [
      'says something else',
      () => ({
        content: {
          status: 'ok',
          user_expressions: { environment: { data: { 'text/plain': '<R>' } } }
        }
      })
    ]
  ])('knows nothing of a kernel that %s', async (_, reply) => {
    expect(await askKernel(makeKernel(reply))).toBeNull();
  });
});

describe('differences', () => {
  const here = { python: '3.11.2', dask: '2026.8.0', distributed: '2026.8.0' };

  // Guards against an alarm where all is well.
  it('finds none between equals', () => {
    expect(differences(here, { ...here, python: '3.11.9' })).toEqual([]);
  });

  // Guards against an alarm before the scheduler said what it runs.
  it('finds none while the cluster is not known', () => {
    expect(differences(here, {})).toEqual([]);
  });

  // Guards against a table with more in it than what differs.
  it('finds what differs, and what matters most', () => {
    expect(
      differences(
        { ...here, numpy: '2.0.0' },
        { ...here, python: '3.12.1', numpy: '1.26.4' }
      )
    ).toEqual([
      { name: 'python', notebook: '3.11.2', cluster: '3.12.1', vital: true },
      { name: 'numpy', notebook: '2.0.0', cluster: '1.26.4', vital: false }
    ]);
  });

  // Guards against silence where workers cannot import what is sent to them.
  it('finds what only the notebook has, not what only the cluster has', () => {
    expect(
      differences(
        { ...here, pandas: '2.2.0' },
        { ...here, numpy: '2.0.0' }
      ).map(({ name, cluster }) => [name, cluster])
    ).toEqual([['pandas', null]]);
  });

  // Guards against silence where the notebook cannot connect at all.
  it('finds that the notebook has no Dask', () => {
    expect(
      differences({ python: '3.11.2' }, here).map(({ name }) => name)
    ).toEqual(['dask', 'distributed']);
  });
});
