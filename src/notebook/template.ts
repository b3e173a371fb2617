import { CodeKind, ICluster } from '../tokens';

/** The template where a person has none: the code as the server has it. */
export const PLAIN: readonly string[] = ['{connect}'];

/** What a template must have, so that its code connects to the cluster. */
const CONNECTS = /\{(connect|short)\}/;

/** The words in braces that stand for something; all others are left alone. */
const VARIABLE = /\{(connect|short|name|platform|dashboard_url)\}/g;

/**
 * The code of a cluster, as it is inserted.
 *
 * @param template - the lines of the code that connects, with variables
 * @param baseUrl - where the server is, for the address of the dashboard
 * @returns null where there is none yet
 */
export function codeText(
  cluster: ICluster,
  kind: CodeKind,
  template: readonly string[] = PLAIN,
  baseUrl: string = window.location.href
): string | null {
  const { connect, create } = cluster.code;
  if (kind === 'create') {
    return create;
  }
  if (connect === null) {
    return null;
  }
  if (kind === 'short') {
    return short(cluster);
  }
  const lines = CONNECTS.test(template.join('\n')) ? template : PLAIN;
  return fill(lines, {
    connect: connect.trimEnd(),
    short: short(cluster),
    name: oneLine(cluster.name),
    platform: oneLine(cluster.platform_title),
    dashboard_url: cluster.dashboard_url
      ? new URL(cluster.dashboard_url, baseUrl).href
      : ''
  });
}

/**
 * The code for a kernel that has this package.
 */
function short({ name }: ICluster): string {
  return [
    'from jupyter_cluster_launcher import connect',
    '',
    // A string of JSON is a string of Python.
    `cluster, client = connect(${JSON.stringify(name)})`,
    'client'
  ].join('\n');
}

/**
 * Put values in the place of variables. Code keeps the indentation of the line
 * that its variable stands on.
 */
function fill(
  lines: readonly string[],
  values: { [name: string]: string }
): string {
  return lines
    .map(line => {
      const indent = line.match(/^\s*/)![0];
      return line.replace(VARIABLE, (_, name: string) =>
        values[name].replace(/\n(?!\n|$)/g, `\n${indent}`)
      );
    })
    .join('\n');
}

/** A value that cannot end the comment or string that it stands in. */
function oneLine(text: string): string {
  return text.replace(/[\s"\\]+/g, ' ').trim();
}
