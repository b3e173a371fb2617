import { Kernel } from '@jupyterlab/services';

/** What must be the same for functions and data to pass between two Pythons. */
const PACKAGES = [
  'python',
  'dask',
  'distributed',
  'cloudpickle',
  'msgpack',
  'numpy',
  'pandas'
] as const;

/** Those without which nothing works at all where they differ. */
const VITAL: readonly string[] = ['python', 'dask', 'distributed'];

/** Versions by package; a package that is not installed is left out. */
export interface IVersions {
  readonly [name: string]: string;
}

/** What a kernel has. */
export interface IEnvironment {
  versions: IVersions;
  /** Whether `from jupyter_cluster_launcher import connect` would work. */
  hasConnect: boolean;
}

/** A package that is not the same in a notebook and on a cluster. */
export interface IDifference {
  name: string;
  /** Null where it is not installed. */
  notebook: string | null;
  cluster: string | null;
  /** Whether nothing can be expected to work. */
  vital: boolean;
}

/**
 * What a kernel is asked. Nothing is imported but the standard library, and no
 * name is left behind: it runs in a namespace of its own.
 */
const QUESTION = `
import importlib.metadata, importlib.util, json, platform
versions = {"python": platform.python_version()}
for name in ${JSON.stringify(PACKAGES.slice(1))}:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
found = importlib.util.find_spec("jupyter_cluster_launcher") is not None
answer = json.dumps({"versions": versions, "hasConnect": found})
`;

/** The question as one expression. JSON strings are Python strings too. */
const EXPRESSION = `(lambda space: exec(${JSON.stringify(QUESTION)}, space) or space["answer"])({})`;

/**
 * Ask a kernel what it has, in silence: nothing is printed, counted or kept in
 * its history. A busy kernel answers before it runs what is sent after this.
 *
 * @returns null where the kernel did not answer, or not as Python does
 */
export async function askKernel(
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
    // The kernel was restarted or died: whoever runs a cell there sees it.
    return null;
  }
}

/**
 * Read the answer: the text that Python shows for a string of JSON.
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
 * Compare what a notebook and a cluster have.
 *
 * What the notebook lacks it cannot send, so that only its own packages count;
 * of Python the first two numbers matter.
 *
 * @param cluster - empty while it is not known yet: then nothing differs
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
    vital: VITAL.includes(name)
  })).filter(
    row =>
      (row.notebook !== null || row.vital) &&
      significant(row.name, row.notebook) !== significant(row.name, row.cluster)
  );
}

/** The part of a version that must be equal. */
function significant(name: string, version: string | null): string | null {
  return name === 'python' && version !== null
    ? version.split('.').slice(0, 2).join('.')
    : version;
}
