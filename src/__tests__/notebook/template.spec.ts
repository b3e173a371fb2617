import schema from '../../../schema/sidebar.json';
import { codeText, DEFAULT_TEMPLATE } from '../../notebook/template';
import { makeCluster } from '../fakes';

/** Parse code with Python, and return the error message, if any. */
function syntaxError(code: string): string {
  const check = 'import ast, sys; ast.parse(sys.stdin.read())';
  const { spawnSync } = jest.requireActual('child_process');
  return String(
    spawnSync('python3', ['-c', check], { input: code, timeout: 30000 }).stderr
  );
}

describe('codeText', () => {
  const cluster = makeCluster({
    code: { create: 'create()\n', connect: 'import x\n\nclient = x()\n' }
  });
  const fill = (...template: string[]): string | null =>
    codeText(cluster, 'connect', template, 'http://hub.test/user/ada/');

  // Guards against a default that changes the code of the server.
  it('is unchanged without a template', () => {
    expect(codeText(cluster, 'connect')).toBe('import x\n\nclient = x()');
    expect(schema.properties.codeTemplate.default).toEqual(DEFAULT_TEMPLATE);
  });

  // Guards against documented variables that are not replaced.
  it('replaces variables by values', () => {
    expect(
      fill('# {name} on {platform}', '# {dashboard_url}', '{connect}', 'client')
    ).toBe(
      [
        '# Local 1 on This computer',
        '# http://hub.test/lab/proxy/8787/status',
        'import x',
        '',
        'client = x()',
        'client'
      ].join('\n')
    );
  });

  // Guards against breaking f-strings and dictionaries in a template.
  it('does not change other braces', () => {
    expect(fill('{connect}', 'print(f"{client}", {1: {}})')).toContain(
      'print(f"{client}", {1: {}})'
    );
  });

  // Guards against invalid indentation.
  it('keeps the indentation of the line', () => {
    const code = fill('if True:', '    {connect}')!;
    expect(code).toBe('if True:\n    import x\n\n    client = x()');
    expect(syntaxError(code)).toBe('');
  });

  // Guards against a cell that does not connect.
  it('ignores a template that does not connect', () => {
    expect(fill('# {name}')).toBe('import x\n\nclient = x()');
  });

  // Guards against names that break out of a string or comment.
  it('keeps names within their line', () => {
    const named = { ...cluster, name: 'a"\nimport os #\\' };
    for (const code of [
      codeText(named, 'connect', ['# {name}', 's = "{name}"', '{short}'])!,
      codeText(named, 'connect', DEFAULT_TEMPLATE, 'http://hub.test/', true)!
    ]) {
      expect(syntaxError(code)).toBe('');
      expect(code).not.toMatch(/^import os/m);
    }
  });

  // Guards against applying the template to code that does not connect.
  it('does not change the create code', () => {
    expect(codeText(cluster, 'create', ['{short}'])).toBe('create()\n');
  });

  // Guards against code that does not work yet.
  it('is null until the cluster can be used', () => {
    const starting = makeCluster({ code: { create: 'c', connect: null } });
    expect(codeText(starting, 'connect', ['{short}'])).toBeNull();
    expect(codeText(starting, 'plain')).toBeNull();
  });

  // Guards against a cell that raises FileNotFoundError on the next day, and
  // against code that needs a package that the kernel does not have.
  it('is short if the kernel has this package', () => {
    const inKernel = (template: readonly string[], has: boolean) =>
      codeText(cluster, 'connect', template, 'http://hub.test/', has);
    const plain = 'import x\n\nclient = x()';
    expect(inKernel(DEFAULT_TEMPLATE, false)).toBe(plain);
    expect(codeText(cluster, 'plain')).toBe(plain);
    expect(inKernel(['{connect}', 'mine()'], true)).toBe(`${plain}\nmine()`);
    expect(inKernel(DEFAULT_TEMPLATE, true)).toBe(
      [
        'from jupyter_cluster_launcher import connect',
        '',
        'cluster, client = connect("Local 1")',
        'client'
      ].join('\n')
    );
  });
});
