import schema from '../../../schema/sidebar.json';
import { codeText, PLAIN } from '../../notebook/template';
import { makeCluster } from '../fakes';

/** What Python says of code: nothing, or the error of its grammar. */
function grammar(code: string): string {
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

  // Guards against a default that changes what the server wrote.
  it('is the code as it is, where there is no template', () => {
    expect(codeText(cluster, 'connect')).toBe('import x\n\nclient = x()');
    expect(schema.properties.codeTemplate.default).toEqual(PLAIN);
  });

  // Guards against variables that are documented and not replaced.
  it('puts values in the place of variables', () => {
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

  // Guards against every f-string and dictionary of a template being spoiled.
  it('leaves other braces alone', () => {
    expect(fill('{connect}', 'print(f"{client}", {1: {}})')).toContain(
      'print(f"{client}", {1: {}})'
    );
  });

  // Guards against code that Python refuses for its indentation.
  it('keeps the indentation of the line', () => {
    const code = fill('if True:', '    {connect}')!;
    expect(code).toBe('if True:\n    import x\n\n    client = x()');
    expect(grammar(code)).toBe('');
  });

  // Guards against a cell that connects to nothing.
  it('is the plain code where the template does not connect', () => {
    expect(fill('# {name}')).toBe('import x\n\nclient = x()');
  });

  // Guards against names that end the string or comment they stand in.
  it('keeps names within their line', () => {
    const named = { ...cluster, name: 'a"\nimport os #\\' };
    for (const code of [
      codeText(named, 'connect', ['# {name}', 's = "{name}"', '{short}'])!,
      codeText(named, 'short')!
    ]) {
      expect(grammar(code)).toBe('');
      expect(code).not.toMatch(/^import os/m);
    }
  });

  // Guards against a template around code that does not connect.
  it('leaves the create code alone', () => {
    expect(codeText(cluster, 'create', ['{short}'])).toBe('create()\n');
  });

  // Guards against code that leads nowhere yet.
  it('is nothing before a cluster can be connected to', () => {
    const starting = makeCluster({ code: { create: 'c', connect: null } });
    expect(codeText(starting, 'connect', ['{short}'])).toBeNull();
    expect(codeText(starting, 'short')).toBeNull();
  });

  // Guards against a short form that takes another cluster.
  it('has a short form with the name of the cluster', () => {
    expect(codeText(cluster, 'short')).toBe(
      [
        'from jupyter_cluster_launcher import connect',
        '',
        'cluster, client = connect("Local 1")',
        'client'
      ].join('\n')
    );
  });
});
