import { Kernel } from '@jupyterlab/services';

/** The packages that must match for functions and data to transfer. */
const PACKAGES = [
  'python',
  'dask',
  'distributed',
  'cloudpickle',
  'msgpack',
  'numpy',
  'pandas'
] as const;

/** The packages of which a mismatch breaks the connection itself. */
const CRITICAL: readonly string[] = ['python', 'dask', 'distributed'];

/** Versions by package, without the packages that are not installed. */
export interface IVersions {
  readonly [name: string]: string;
}

/** The environment of a kernel. */
export interface IEnvironment {
  /** The versions of its packages. */
  versions: IVersions;
  /** Whether it has this package, so that the short code works. */
  hasConnect: boolean;
}

/** A package whose versions in a notebook and on a cluster differ. */
export interface IDifference {
  /** The name of the package. */
  name: string;
  /** The version in the notebook; null if it is not installed. */
  notebook: string | null;
  /** The version on the cluster; null if it is not installed. */
  cluster: string | null;
  /** Whether the mismatch breaks the connection itself. */
  critical: boolean;
}

/**
 * The Python code that collects the environment. It imports only the standard
 * library, and runs in a namespace of its own to leave no names behind.
 */
const CODE = `
import importlib.metadata, importlib.util, json, platform
versions = {"python": platform.python_version()}
for name in ${JSON.stringify(PACKAGES.slice(1))}:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
found = importlib.util.find_spec("jupyter_cluster_launcher") is not None
result = json.dumps({"versions": versions, "hasConnect": found})
`;

/** The code as one expression. A JSON string is also a Python string. */
const EXPRESSION = `(lambda space: exec(${JSON.stringify(CODE)}, space) or space["result"])({})`;

/**
 * Query the environment of a kernel silently: nothing is printed, counted or
 * stored in its history. A busy kernel responds before it runs later requests.
 *
 * @returns null if the kernel did not respond, or is not a Python kernel
 */
export async function queryKernel(
  kernel: Kernel.IKernelConnection
): Promise<IEnvironment | null> {
  try {
    const reply = await kernel.requestExecute({
      code: '',
      silent: true,
      store_history: false,
      allow_stdin: false,
      stop_on_error: false,
      user_expressions: { environment: EXPRESSION }
    }).done;
    return reply?.content.status === 'ok'
      ? parse(reply.content.user_expressions)
      : null;
  } catch {
    // The kernel was restarted or died, which the notebook itself reports.
    return null;
  }
}

/**
 * Parse the result, which is the representation of a JSON string in Python.
 */
function parse(expressions: any): IEnvironment | null {
  const text: unknown = expressions?.environment?.data?.['text/plain'];
  if (typeof text !== 'string') {
    return null;
  }
  try {
    return JSON.parse(text.slice(1, -1)) as IEnvironment;
  } catch {
    return null;
  }
}

/**
 * Compare the packages of a notebook with those of a cluster.
 *
 * Packages that only the cluster has are ignored, except the critical ones,
 * because the notebook cannot send objects of them. For Python, only the major
 * and minor version count.
 *
 * @param cluster - empty while unknown: then there are no differences
 */
export function differences(
  notebook: IVersions,
  cluster: IVersions
): IDifference[] {
  if (Object.keys(cluster).length === 0) {
    return [];
  }
  return PACKAGES.map(name => ({
    name,
    notebook: notebook[name] ?? null,
    cluster: cluster[name] ?? null,
    critical: CRITICAL.includes(name)
  })).filter(
    row =>
      (row.notebook !== null || row.critical) &&
      significant(row.name, row.notebook) !== significant(row.name, row.cluster)
  );
}

/** The part of a version that must match. */
function significant(name: string, version: string | null): string | null {
  return name === 'python' && version !== null
    ? version.split('.').slice(0, 2).join('.')
    : version;
}
