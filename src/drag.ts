import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';
import { IMark, markedCell } from './cell';

/** What JupyterLab's notebooks take cells as. */
const CELLS = 'application/vnd.jupyter.cells';

/** Pixels to move before a press becomes a drag. */
const THRESHOLD = 5;

/**
 * Watch a press of the pointer; once it moves, drag a cell with the code.
 *
 * @param press - the event that may begin a drag
 * @param mark - the code, and the cluster it is of
 * @param label - the text that moves with the pointer
 */
export function watchDrag(
  press: { clientX: number; clientY: number },
  mark: IMark,
  label: string
): void {
  const stop = (): void => {
    document.removeEventListener('pointermove', onMove, true);
    document.removeEventListener('pointerup', stop, true);
  };
  const onMove = (move: PointerEvent): void => {
    const distance = Math.max(
      Math.abs(move.clientX - press.clientX),
      Math.abs(move.clientY - press.clientY)
    );
    if (distance < THRESHOLD) {
      return;
    }
    stop();
    const mimeData = new MimeData();
    mimeData.setData(CELLS, [markedCell(mark)]);
    mimeData.setData('text/plain', mark.code);
    const dragImage = document.createElement('div');
    dragImage.className = 'jp-ClusterLauncher-dragImage';
    dragImage.textContent = label;
    const drag = new Drag({
      dragImage,
      mimeData,
      proposedAction: 'copy',
      supportedActions: 'copy'
    });
    void drag.start(move.clientX, move.clientY).finally(() => drag.dispose());
  };
  document.addEventListener('pointermove', onMove, true);
  document.addEventListener('pointerup', stop, true);
}
