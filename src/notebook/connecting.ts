import { NotebookPanel } from '@jupyterlab/notebook';
import { INotebooks } from '../tokens';
import { IMark, ownMark } from './cell';
import { readerOf } from './reader';

/**
 * Find the mark of the cell that connects a notebook to a cluster.
 *
 * @param user - the user, where several share the notebook; null otherwise
 * @returns null if there is none, or the notebook is not loaded yet
 */
export function connectingMark(
  panel: NotebookPanel,
  user: string | null = null
): IMark | null {
  return marked(panel, user)?.mark ?? null;
}

/**
 * Get the source of that cell, as the user may have rewritten it.
 *
 * @param user - the user, where several share the notebook; null otherwise
 * @returns empty if there is none
 */
export function connectingSource(
  panel: NotebookPanel,
  user: string | null
): string {
  return marked(panel, user)?.source ?? '';
}

/** Find the cell that connects a notebook to a cluster, by its mark. */
function marked(
  panel: NotebookPanel,
  user: string | null
): { index: number; mark: IMark; source: string } | null {
  const reader = readerOf(panel, user);
  const cells = panel.content.model?.sharedModel?.cells ?? [];
  for (let index = 0; index < cells.length; index++) {
    const mark = ownMark(cells[index], reader);
    if (mark?.cluster_id && !mark.creates) {
      return { index, mark, source: cells[index].getSource() };
    }
  }
  return null;
}

/** As connectingMark, but only the id of the cluster. */
export function clusterOf(
  panel: NotebookPanel,
  user: string | null = null
): string | null {
  return connectingMark(panel, user)?.cluster_id ?? null;
}

/**
 * Find the cell that connects a notebook to a cluster, also if the user has
 * edited it: the code is what it has now.
 *
 * @param user - the user, where several share the notebook; null otherwise
 * @returns null if there is none
 */
export function connectingCell(
  panel: NotebookPanel,
  user: string | null
): INotebooks.ICell | null {
  const cell = marked(panel, user);
  return (
    cell && {
      ...{ index: cell.index, clusterId: cell.mark.cluster_id },
      code: cell.source
    }
  );
}
