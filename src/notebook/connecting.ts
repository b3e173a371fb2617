import { NotebookPanel } from '@jupyterlab/notebook';
import { INotebooks } from '../tokens';
import { IMark, insertedCode, ownMark } from './cell';

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
): { mark: IMark; source: string } | null {
  for (const cell of panel.content.model?.sharedModel?.cells ?? []) {
    const mark = ownMark(cell, user);
    if (mark?.cluster_id && !mark.creates) {
      return { mark, source: cell.getSource() };
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
 * Find the cell that connects a notebook to a cluster with code as it was
 * inserted.
 *
 * @param user - the user, where several share the notebook; null otherwise
 * @returns null if there is none
 */
export function connectingCell(
  panel: NotebookPanel,
  user: string | null
): INotebooks.ICell | null {
  const cells = panel.content.model?.sharedModel?.cells ?? [];
  for (let index = 0; index < cells.length; index++) {
    const mark = ownMark(cells[index], user);
    const code = insertedCode(cells[index], user);
    if (mark && !mark.creates && code !== null) {
      return { index, clusterId: mark.cluster_id, code };
    }
  }
  return null;
}
