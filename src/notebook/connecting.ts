import { NotebookPanel } from '@jupyterlab/notebook';
import { INotebooks } from '../tokens';
import { IMark, insertedCode, ownMark } from './mark';
import { readerOf } from './reader';

/**
 * A call that connects: that of the short code, or of the generated code. Other
 * packages have a `connect` of their own, as in `sqlite3.connect("x.db")`.
 */
const CONNECTS =
  /^[^#\n]*(?:(?<![\w.])connect|\bjupyter_cluster_launcher\.connect|\bgateway\.connect|\bClient|\bget_client)\(/m;

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

/** A cell with the mark of a cluster. */
interface IMarked {
  index: number;
  mark: IMark;
  source: string;
  /** Whether it still has code that connects. */
  connects: boolean;
}

/**
 * Find the cell that connects a notebook to a cluster, by its mark. Both parts of
 * a cell that was split have it: the one with the call counts.
 */
function marked(panel: NotebookPanel, user: string | null): IMarked | null {
  let first: IMarked | null = null;
  const reader = readerOf(panel, user);
  const cells = panel.content.model?.sharedModel?.cells ?? [];
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    const mark = ownMark(cell, reader);
    if (mark?.cluster_id && !mark.creates) {
      const source = cell.getSource();
      const connects =
        insertedCode(cell, reader) !== null || CONNECTS.test(source);
      const found = { index, mark, source, connects };
      if (connects) {
        return found;
      }
      first ??= found;
    }
  }
  return first;
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
 * @returns null if there is none, or nothing that connects is left in it
 */
export function connectingCell(
  panel: NotebookPanel,
  user: string | null
): INotebooks.ICell | null {
  const cell = marked(panel, user);
  return cell?.connects
    ? {
        ...{ index: cell.index, clusterId: cell.mark.cluster_id },
        code: cell.source
      }
    : null;
}
