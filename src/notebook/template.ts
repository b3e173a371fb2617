import { CodeKind, ICluster } from '../tokens';

/** The default template: the code as the server generated it. */
export const DEFAULT_TEMPLATE: readonly string[] = ['{connect}'];

/** The variables of which a template needs one to connect to the cluster. */
const CONNECTS = /\{(connect|short)\}/;

/** The variables of a template; other braces stay as they are. */
const VARIABLE = /\{(connect|short|name|platform|dashboard_url)\}/g;

/**
 * Generate the code of a cluster to insert in a notebook.
 *
 * @param template - the lines of the code that connects, with variables
 * @param baseUrl - the URL of the server, for the URL of the dashboard
 * @param hasConnect - whether the kernel has this package; the default template
 *   then connects with the short code
 * @returns null if there is none yet
 */
export function codeText(
  cluster: ICluster,
  kind: CodeKind,
  template: readonly string[] = DEFAULT_TEMPLATE,
  baseUrl: string = window.location.href,
  hasConnect = false
): string | null {
  const { connect, create } = cluster.code;
  if (kind === 'create') {
    return create;
  }
  if (connect === null) {
    return null;
  }
  if (kind === 'plain') {
    return connect.trimEnd();
  }
  const lines = CONNECTS.test(template.join('\n'))
    ? template
    : DEFAULT_TEMPLATE;
  if (hasConnect && lines.join('\n') === DEFAULT_TEMPLATE.join('\n')) {
    return shortCode(cluster);
  }
  return fill(lines, {
    connect: connect.trimEnd(),
    short: shortCode(cluster),
    name: oneLine(cluster.name),
    platform: oneLine(cluster.platform_title),
    dashboard_url: cluster.dashboard_url
      ? new URL(cluster.dashboard_url, baseUrl).href
      : ''
  });
}

/**
 * Generate the short code, for a kernel that has this package.
 */
function shortCode({ name }: ICluster): string {
  return [
    'from jupyter_cluster_launcher import connect',
    '',
    `cluster, client = ${connectCall(name)})`,
    'client'
  ].join('\n');
}

/**
 * Generate the call that connects to a cluster by its name, without the closing
 * parenthesis.
 */
export function connectCall(name: string): string {
  // A JSON string is also a Python string.
  return `connect(${JSON.stringify(name)}`;
}

/**
 * Replace variables by values. Code gets the indentation of the line that its
 * variable is on.
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

/** Make a value safe to use in a comment or string. */
function oneLine(text: string): string {
  return text.replace(/[\s"\\]+/g, ' ').trim();
}
