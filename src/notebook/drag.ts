import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';
import { IInsertion, markedCell } from './mark';

/** The MIME type of cells that are dropped on a notebook. */
const CELLS_MIME_TYPE = 'application/vnd.jupyter.cells';

/** Pixels that the pointer has to move to start a drag. */
const THRESHOLD = 5;

/**
 * Start to drag a cell with code once the pressed pointer moves.
 *
 * @param press - the event that may start a drag
 * @param insertion - the code and its cluster, whose name moves with the pointer
 * @param onDrop - called with the node that the cell was dropped on, and its id
 */
export function watchDrag(
  press: { clientX: number; clientY: number },
  insertion: IInsertion,
  onDrop: (node: Node, id: string) => void
): void {
  const stop = (): void => {
    document.removeEventListener('pointermove', onMove, true);
    document.removeEventListener('pointerup', stop, true);
    document.removeEventListener('pointercancel', stop, true);
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
    const cell = markedCell(insertion);
    mimeData.setData(CELLS_MIME_TYPE, [cell]);
    mimeData.setData('text/plain', insertion.code);
    const dragImage = document.createElement('div');
    dragImage.className = 'jp-ClusterLauncher-dragImage';
    dragImage.textContent = insertion.name;
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
    const cancel = (): void => drag.dispose();
    document.addEventListener('pointerup', follow, true);
    document.addEventListener('pointercancel', cancel, true);
    void drag.start(move.clientX, move.clientY).then(action => {
      document.removeEventListener('pointerup', follow, true);
      document.removeEventListener('pointercancel', cancel, true);
      drag.dispose();
      const node = document.elementFromPoint(end.x, end.y);
      if (action === 'copy' && node) {
        onDrop(node, cell.id);
      }
    });
  };
  document.addEventListener('pointermove', onMove, true);
  document.addEventListener('pointerup', stop, true);
  document.addEventListener('pointercancel', stop, true);
}
