import { Widget } from '@lumino/widgets';
import { IShell } from './options';

/** Milliseconds until something else is in front than what opens it, at most. */
const PATIENCE = 5000;

/** Milliseconds between two looks. The shell and the tracker change in no order. */
const INTERVAL = 50;

/**
 * Wait until the launcher in front has opened what the user chose in it, at most 5 s.
 *
 * @returns null if it opens nothing, or something else is in front
 */
export function waitForOpening(
  shell: Pick<IShell, 'currentWidget'>
): Promise<void> | null {
  const isOpening = (): boolean => isPending(shell.currentWidget ?? null);
  const wait = async (): Promise<void> => {
    const end = Date.now() + PATIENCE;
    while (isOpening() && Date.now() < end) {
      await new Promise(resolve => setTimeout(resolve, INTERVAL));
    }
  };
  return isOpening() ? wait() : null;
}

/** Whether a widget is a launcher in which the user has chosen something. */
function isPending(widget: Widget | null): boolean {
  const { content } = (widget ?? {}) as { content?: { pending?: unknown } };
  return content?.pending === true;
}
