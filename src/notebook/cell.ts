import { NotebookPanel } from '@jupyterlab/notebook';
import { PartialJSONObject, UUID } from '@lumino/coreutils';
import { readerOf } from './reader';

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
function markOf({ cluster_id, code, creates, name, user }: IInsertion): IMark {
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
interface ICellText {
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
  const mark = ownMark(cell, user);
  if (!mark?.hash) {
    return null;
  }
  const lines = cell.getSource().split('\n');
  for (let first = 0; first + mark.lines <= lines.length; first++) {
    const code = lines.slice(first, first + mark.lines).join('\n');
    if (hashOf(code) === mark.hash) {
      return code;
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

/**
 * Insert code in a notebook.
 *
 * A notebook has one cell with inserted code, one for each user if several share
 * it. If the cell still contains that code, the code is replaced and what the user
 * added stays; otherwise the user has rewritten the cell: it keeps its source, and
 * loses its mark to the new cell.
 *
 * @returns the index of the cell, and whether it already existed
 */
export function insertCode(
  panel: NotebookPanel,
  insertion: IInsertion
): { index: number; updated: boolean } {
  const notebook = panel.content.model!.sharedModel;
  const cells = notebook.cells;
  const mark = markOf(insertion);
  const user = readerOf(panel, insertion.user ?? null);
  const marked = cells.findIndex(cell => insertedCode(cell, user) !== null);
  if (marked !== -1) {
    const cell = cells[marked];
    const old = insertedCode(cell, user)!;
    const source = cell.getSource();
    notebook.transact(() => {
      // A function, because a string could contain patterns such as "$&".
      cell.setSource(source.replace(old, () => insertion.code));
      unmark(cells, insertion, user, cell);
      cell.setMetadata(CELL_METADATA, mark);
    });
    return { index: marked, updated: true };
  }
  const active = Math.max(panel.content.activeCellIndex, 0);
  const empty = cells[active];
  if (empty?.cell_type === 'code' && empty.getSource().trim() === '') {
    notebook.transact(() => {
      unmark(cells, insertion, user);
      empty.setSource(insertion.code);
      empty.setMetadata(CELL_METADATA, mark);
    });
    return { index: active, updated: false };
  }
  // Above the code that will use the cluster, but below a heading.
  const index = empty?.cell_type === 'markdown' ? active + 1 : active;
  notebook.transact(() => {
    unmark(cells, insertion, user);
    notebook.insertCell(index, markedCell(insertion));
  });
  return { index, updated: false };
}

/**
 * Remove the marks of cells that connected so far. Code that creates a cluster
 * does not take their place.
 *
 * @param kept - the cell that takes their place; undefined if it is not there yet
 */
function unmark(
  cells: readonly (ICellText & { deleteMetadata(key: string): void })[],
  { creates }: Pick<IInsertion, 'creates'>,
  user: string | null,
  kept?: ICellText
): void {
  for (const cell of creates ? [] : cells) {
    const mark = ownMark(cell, user);
    if (cell !== kept && mark && !mark.creates) {
      cell.deleteMetadata(CELL_METADATA);
    }
  }
}

/**
 * Remove the cell of an earlier insertion after a cell was dropped. A cell that
 * the user has edited stays, and loses its mark to the dropped one.
 *
 * @param id - the id of the dropped cell
 * @param user - the user, where several share the notebook; null otherwise
 * @returns the mark of the dropped cell; undefined if it is not in the notebook
 */
export function replaceByDropped(
  panel: NotebookPanel,
  id: string,
  user: string | null
): IMark | undefined {
  const { content } = panel;
  const notebook = content.model!.sharedModel;
  const reader = readerOf(panel, user);
  const isDropped = (cell: { id?: string }): boolean => cell.id === id;
  const dropped = notebook.cells.find(isDropped);
  if (!dropped) {
    return undefined;
  }
  for (let index = notebook.cells.length - 1; index >= 0; index--) {
    const cell = notebook.cells[index];
    if (cell !== dropped && insertedCode(cell, reader) === cell.getSource()) {
      notebook.deleteCell(index);
    }
  }
  content.deselectAll();
  content.activeCellIndex = notebook.cells.findIndex(isDropped);
  const mark = dropped.getMetadata(CELL_METADATA) as IMark | undefined;
  if (mark) {
    unmark(notebook.cells, mark, reader, dropped);
  }
  if (mark && user !== null) {
    dropped.setMetadata(CELL_METADATA, { ...mark, user: hashOf(user) });
  }
  return mark;
}

/**
 * Note whose code a cell has, unless it is somebody's already. It takes the place
 * of other cells of this user.
 *
 * @param id - the id of the cell
 */
export function claim(panel: NotebookPanel, id: string, user: string): void {
  const notebook = panel.content.model?.sharedModel;
  const cell = notebook?.cells.find(cell => cell.id === id);
  const mark = cell?.getMetadata(CELL_METADATA) as IMark | undefined;
  if (notebook && cell && mark && !mark.user) {
    unmark(notebook.cells, mark, user, cell);
    cell.setMetadata(CELL_METADATA, { ...mark, user: hashOf(user) });
  }
}

/**
 * Give a cell with inserted code other code for the same cluster, unless the user
 * has changed it.
 *
 * @param id - the id of the cell
 */
export function rewrite(panel: NotebookPanel, id: string, code: string): void {
  const notebook = panel.content.model!.sharedModel;
  const cell = notebook.cells.find(cell => cell.id === id);
  const mark = cell?.getMetadata(CELL_METADATA) as IMark | undefined;
  const source = cell?.getSource();
  if (cell && mark && source !== code && hashOf(source!) === mark.hash) {
    const { hash, lines } = markOf({ cluster_id: '', name: '', code });
    notebook.transact(() => {
      cell.setSource(code);
      cell.setMetadata(CELL_METADATA, { ...mark, hash, lines });
    });
  }
}
