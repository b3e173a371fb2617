import { NotebookPanel } from '@jupyterlab/notebook';

/** Nobody's name: a user of a shared notebook who is not known yet. */
const UNKNOWN = '';

/**
 * The user whose marks to read. While nobody is known in a notebook that several
 * share, each mark with a user is somebody else's, and the others are read.
 *
 * @param user - the user, where several share the notebook; null otherwise, and
 *   while that is not known
 */
export function readerOf(
  panel: NotebookPanel,
  user: string | null
): string | null {
  return user ?? (panel.content.model?.collaborative ? UNKNOWN : null);
}
