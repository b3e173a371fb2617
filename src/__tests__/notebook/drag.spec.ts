import { Drag } from '@lumino/dragdrop';
import { CELL_METADATA } from '../../notebook/mark';
import { watchDrag } from '../../notebook/drag';

/** The drags that were started; jsdom does not support drops. */
const mockDrags: Drag.IOptions[] = [];
const mockDisposed = jest.fn();

const MARK = {
  ...{ cluster_id: 'one', name: 'Local 1' },
  code: 'client = Client(1)'
};

jest.mock('@lumino/dragdrop', () => ({
  Drag: class {
    constructor(options: Drag.IOptions) {
      mockDrags.push(options);
    }

    start = (): Promise<string> => Promise.resolve('copy');
    dispose = mockDisposed;
  }
}));

/** Dispatch a pointer event; jsdom supports only mouse events. */
function point(type: string, clientX: number): void {
  const init = { bubbles: true, cancelable: true, clientX, clientY: 0 };
  document.body.dispatchEvent(new MouseEvent(type, { button: 0, ...init }));
}

describe('watchDrag', () => {
  let drops: unknown[][];

  beforeEach(() => {
    mockDrags.length = 0;
    mockDisposed.mockClear();
    drops = [];
    document.elementFromPoint = () => document.body;
  });

  const pull = async (distance: number): Promise<void> => {
    watchDrag({ clientX: 0, clientY: 0 }, MARK, (...drop) => drops.push(drop));
    point('pointermove', distance);
    point('pointerup', distance);
    await new Promise(resolve => setTimeout(resolve, 0));
  };

  // Guards against a drop that notebooks or consoles ignore, and against a
  // notebook that does not know which cell was dropped.
  it('provides a marked cell, and the code as text', async () => {
    await pull(50);
    const { mimeData } = mockDrags[0];
    const [cell] = mimeData.getData('application/vnd.jupyter.cells');
    expect(cell).toMatchObject({
      cell_type: 'code',
      source: 'client = Client(1)',
      metadata: { [CELL_METADATA]: { cluster_id: 'one' } }
    });
    expect(mimeData.getData('text/plain')).toBe('client = Client(1)');
    expect(drops).toEqual([[document.body, cell.id]]);
  });

  // Guards against a drag without a pointer, which only the next click would end.
  it('ends when the browser takes the pointer', async () => {
    watchDrag({ clientX: 0, clientY: 0 }, MARK, () => undefined);
    point('pointercancel', 0);
    point('pointermove', 50);
    expect(mockDrags).toEqual([]);
    watchDrag({ clientX: 0, clientY: 0 }, MARK, () => undefined);
    point('pointermove', 50);
    point('pointercancel', 50);
    expect(mockDisposed).toHaveBeenCalledTimes(1);
  });

  // Guards against clicks that become drags, then or at the next move.
  it('does not drag on a click', async () => {
    await pull(2);
    point('pointermove', 50);
    expect(mockDrags).toEqual([]);
  });
});
