import { NotebookPanel } from '@jupyterlab/notebook';
import { PartialJSONObject, UUID } from '@lumino/coreutils';

/** The cell metadata by which an inserted cell is found again. */
export const CELL_METADATA = 'cluster_launcher';

/** What is kept in the metadata of an inserted cell. */
export interface IMark extends PartialJSONObject {
  cluster_id: string;
  /** The text that was inserted, to tell it from what a person added. */
  code: string;
  /** Whether it makes a cluster of its own. */
  creates?: boolean;
}

/**
 * A new cell with the code of a cluster.
 */
export function markedCell(mark: IMark): {
  id: string;
  cell_type: 'code';
  source: string;
  metadata: PartialJSONObject;
} {
  return {
    id: UUID.uuid4(),
    cell_type: 'code',
    source: mark.code,
    metadata: { trusted: true, [CELL_METADATA]: mark }
  };
}

/**
 * Write code into a notebook.
 *
 * One notebook has one such cell. Where its text is still ours that part is
 * replaced and what the person added stays; a cell whose text was rewritten
 * belongs to the person and is left alone.
 */
export function write(
  panel: NotebookPanel,
  mark: IMark
): { index: number; updated: boolean } {
  const notebook = panel.content.model!.sharedModel;
  const cells = notebook.cells;
  const marked = cells.findIndex(cell => {
    const old = cell.getMetadata(CELL_METADATA) as IMark | undefined;
    return old?.code ? cell.getSource().includes(old.code) : false;
  });
  if (marked !== -1) {
    const cell = cells[marked];
    const old = cell.getMetadata(CELL_METADATA) as IMark;
    const source = cell.getSource();
    notebook.transact(() => {
      // A function, so that "$&" in the code is no pattern.
      cell.setSource(source.replace(old.code, () => mark.code));
      cell.setMetadata(CELL_METADATA, mark);
    });
    return { index: marked, updated: true };
  }
  const active = Math.max(panel.content.activeCellIndex, 0);
  const empty = cells[active];
  if (empty?.cell_type === 'code' && empty.getSource().trim() === '') {
    notebook.transact(() => {
      empty.setSource(mark.code);
      empty.setMetadata(CELL_METADATA, mark);
    });
    return { index: active, updated: false };
  }
  // Before the code that will need it; but after a heading, which stays on top.
  const index = empty?.cell_type === 'markdown' ? active + 1 : active;
  notebook.insertCell(index, markedCell(mark));
  return { index, updated: false };
}

/**
 * Let a cell that was just dropped take the place of an earlier one: a notebook
 * has one. A cell to which a person added something stays.
 *
 * @param id - the id of the dropped cell
 * @returns the mark of the dropped cell, undefined where it is not there
 */
export function dropped(panel: NotebookPanel, id: string): IMark | undefined {
  const { content } = panel;
  const notebook = content.model!.sharedModel;
  const isDropped = (cell: { id?: string }): boolean => cell.id === id;
  const markOf = (cell: { getMetadata(key: string): unknown }): any =>
    cell.getMetadata(CELL_METADATA);
  const mine = notebook.cells.find(isDropped);
  if (!mine) {
    return undefined;
  }
  for (let index = notebook.cells.length - 1; index >= 0; index--) {
    const cell = notebook.cells[index];
    if (cell !== mine && markOf(cell)?.code === cell.getSource()) {
      notebook.deleteCell(index);
    }
  }
  content.deselectAll();
  content.activeCellIndex = notebook.cells.findIndex(isDropped);
  return markOf(mine) as IMark | undefined;
}
