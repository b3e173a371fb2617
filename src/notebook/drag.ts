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
 * @param onDrop - called with where the cell was dropped, and its id
 */
export function watchDrag(
  press: { clientX: number; clientY: number },
  mark: IMark,
  label: string,
  onDrop: (node: Node, id: string) => void
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
    const cell = markedCell(mark);
    mimeData.setData(CELLS, [cell]);
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
    let end = { x: move.clientX, y: move.clientY };
    const follow = ({ clientX: x, clientY: y }: PointerEvent): void => {
      end = { x, y };
    };
    document.addEventListener('pointerup', follow, true);
    void drag.start(move.clientX, move.clientY).then(action => {
      document.removeEventListener('pointerup', follow, true);
      drag.dispose();
      const node = document.elementFromPoint(end.x, end.y);
      if (action === 'copy' && node) {
        onDrop(node, cell.id);
      }
    });
  };
  document.addEventListener('pointermove', onMove, true);
  document.addEventListener('pointerup', stop, true);
}
