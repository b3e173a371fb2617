import { PartialJSONObject, UUID } from '@lumino/coreutils';

/** The metadata key that marks a cell with inserted code. */
export const CELL_METADATA = 'cluster_launcher';

/** Code of a cluster to insert in a cell. */
export interface IInsertion {
  /** The id of the cluster. */
  cluster_id: string;
  /** The name of the cluster. */
  name: string;
  /** The code. */
  code: string;
  /** Whether the code creates a cluster instead of connecting to one. */
  creates?: boolean;
  /** The user whose code this is, where several may share the notebook. */
  user?: string;
}

/**
 * The metadata of a cell with inserted code. They go wherever the notebook goes,
 * so they do not repeat the code, which has paths of the user.
 */
export interface IMark extends PartialJSONObject {
  /** The id of the cluster. */
  cluster_id: string;
  /** Its name, to show when it is listed no more. */
  name?: string;
  /** How many lines of the cell were inserted, as opposed to what the user added. */
  lines: number;
  /** Identifies the text of these lines. */
  hash: string;
  /** Whether the code creates a cluster instead of connecting to one. */
  creates?: boolean;
  /** Identifies the user whose code this is, where several may share the notebook. */
  user?: string;
}

/**
 * Create a cell with the code of a cluster.
 */
export function markedCell(insertion: IInsertion): {
  id: string;
  cell_type: 'code';
  source: string;
  metadata: PartialJSONObject;
} {
  return {
    id: UUID.uuid4(),
    cell_type: 'code',
    source: insertion.code,
    metadata: { trusted: true, [CELL_METADATA]: markOf(insertion) }
  };
}

/** Create the metadata of a cell with inserted code. */
export function markOf({
  cluster_id,
  code,
  creates,
  name,
  user
}: IInsertion): IMark {
  return {
    cluster_id,
    name,
    lines: code.split('\n').length,
    hash: hashOf(code),
    ...(creates ? { creates } : {}),
    ...(user ? { user: hashOf(user) } : {})
  };
}

/** What is needed of a cell. */
export interface ICellText {
  getMetadata(key: string): unknown;
  getSource(): string;
}

/**
 * Read the mark of a cell. One without a user is from before several shared the
 * notebook: among them it is nobody's, until one of them runs the cell.
 *
 * @param user - as readerOf returns it
 * @returns undefined if it has none, or is that of another user or of nobody
 */
export function ownMark(
  cell: ICellText,
  user: string | null
): IMark | undefined {
  const mark = cell.getMetadata(CELL_METADATA) as IMark | undefined;
  const owner = user ? hashOf(user) : undefined;
  return user === null || mark?.user === owner ? mark : undefined;
}

/**
 * Find the inserted code in a cell.
 *
 * @param user - as readerOf returns it
 * @returns the code; null if the user has rewritten it, or it is of another one
 */
export function insertedCode(
  cell: ICellText,
  user: string | null
): string | null {
  return partsOf(cell, user)?.code ?? null;
}

/**
 * Replace the inserted code in the source of a cell, which must have it. The same
 * text in what the user added stays.
 *
 * @param user - as readerOf returns it
 * @returns the source with other code
 */
export function withCode(
  cell: ICellText,
  user: string | null,
  code: string
): string {
  const { above, below } = partsOf(cell, user)!;
  return [...above, code, ...below].join('\n');
}

/** The inserted code in a cell, and the lines of the user above and below. */
interface IParts {
  above: string[];
  code: string;
  below: string[];
}

/** Split the source of a cell; null if the inserted code is not in it. */
function partsOf(cell: ICellText, user: string | null): IParts | null {
  const mark = ownMark(cell, user);
  if (!mark?.hash) {
    return null;
  }
  const lines = cell.getSource().split('\n');
  for (let first = 0; first + mark.lines <= lines.length; first++) {
    const end = first + mark.lines;
    const code = lines.slice(first, end).join('\n');
    if (hashOf(code) === mark.hash) {
      return { above: lines.slice(0, first), code, below: lines.slice(end) };
    }
  }
  return null;
}

/** A short hash of a text (FNV-1a); it only has to notice changes. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
