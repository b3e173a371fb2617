import { NotebookPanel } from '@jupyterlab/notebook';
import {
  CELL_METADATA,
  hashOf,
  ICellText,
  IInsertion,
  IMark,
  insertedCode,
  markedCell,
  markOf,
  ownMark,
  withCode
} from './mark';
import { readerOf } from './reader';

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
    const source = withCode(cell, user, insertion.code);
    notebook.transact(() => {
      cell.setSource(source);
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
