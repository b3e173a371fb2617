import { NotebookPanel } from '@jupyterlab/notebook';
import { PartialJSONObject, UUID } from '@lumino/coreutils';

/** The metadata key that marks a cell with inserted code. */
export const CELL_METADATA = 'cluster_launcher';

/** The metadata of a cell with inserted code. */
export interface IMark extends PartialJSONObject {
  /** The id of the cluster. */
  cluster_id: string;
  /** The code that was inserted, as opposed to what the user added. */
  code: string;
  /** Whether the code creates a cluster instead of connecting to one. */
  creates?: boolean;
}

/**
 * Create a cell with the code of a cluster.
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
 * Find the cluster that the inserted code of a notebook connects to.
 *
 * @returns its id; null if there is none, or the notebook is not loaded yet
 */
export function clusterOf(panel: NotebookPanel): string | null {
  for (const cell of panel.content.model?.sharedModel?.cells ?? []) {
    const mark = cell.getMetadata(CELL_METADATA) as IMark | undefined;
    if (mark?.cluster_id && !mark.creates) {
      return mark.cluster_id;
    }
  }
  return null;
}

/**
 * Insert code in a notebook.
 *
 * A notebook has one cell with inserted code. If the cell still contains that
 * code, the code is replaced and what the user added stays; otherwise the user
 * has rewritten the cell, and it is left unchanged.
 *
 * @returns the index of the cell, and whether it already existed
 */
export function insertCode(
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
      // A function, because a string could contain patterns such as "$&".
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
  // Above the code that will use the cluster, but below a heading.
  const index = empty?.cell_type === 'markdown' ? active + 1 : active;
  notebook.insertCell(index, markedCell(mark));
  return { index, updated: false };
}

/**
 * Remove the cell of an earlier insertion after a cell was dropped. A cell that
 * the user has added code to stays.
 *
 * @param id - the id of the dropped cell
 * @returns the mark of the dropped cell; undefined if it is not in the notebook
 */
export function replaceByDropped(
  panel: NotebookPanel,
  id: string
): IMark | undefined {
  const { content } = panel;
  const notebook = content.model!.sharedModel;
  const isDropped = (cell: { id?: string }): boolean => cell.id === id;
  const markOf = (cell: { getMetadata(key: string): unknown }): any =>
    cell.getMetadata(CELL_METADATA);
  const dropped = notebook.cells.find(isDropped);
  if (!dropped) {
    return undefined;
  }
  for (let index = notebook.cells.length - 1; index >= 0; index--) {
    const cell = notebook.cells[index];
    if (cell !== dropped && markOf(cell)?.code === cell.getSource()) {
      notebook.deleteCell(index);
    }
  }
  content.deselectAll();
  content.activeCellIndex = notebook.cells.findIndex(isDropped);
  return markOf(dropped) as IMark | undefined;
}
