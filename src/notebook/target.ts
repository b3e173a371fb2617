import { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';

/** The ids of the tabs of this extension, which take no code. */
const OWN_TAB = /^jp-ClusterLauncher-/;

/** The text of a prompt. */
interface IText {
  getSource(): string;
  setSource(text: string): void;
}

/** A console, in whose prompt code is inserted. */
export interface IConsole extends Widget {
  /** The console inside the tab. */
  console: { promptCell: { model: { sharedModel: IText } } | null };
  /** Its kernel. */
  sessionContext: NotebookPanel['sessionContext'];
}

/** What code is inserted in. */
export type Target = NotebookPanel | IConsole;

/** Whether a widget is a console; the tracker of consoles is not needed for it. */
export function isConsole(widget: Widget | null): widget is IConsole {
  return !!widget && 'console' in widget && 'sessionContext' in widget;
}

/**
 * Find what code is inserted in: the notebook or console in front. While a tab of
 * this extension is in front, it is the last notebook.
 *
 * @returns null if there is none, or something else is in front
 */
export function targetOf(
  tracker: INotebookTracker,
  shell: Partial<Pick<JupyterFrontEnd.IShell, 'currentWidget'>>
): Target | null {
  const front = shell.currentWidget ?? null;
  if (isConsole(front)) {
    return front;
  }
  const notebook = tracker.currentWidget;
  return refused(tracker, shell) ? null : notebook;
}

/**
 * What is in front and takes no code; null if there is nothing of that kind.
 */
export function refused(
  tracker: INotebookTracker,
  shell: Partial<Pick<JupyterFrontEnd.IShell, 'currentWidget'>>
): Widget | null {
  const front = shell.currentWidget ?? null;
  return !front ||
    front === tracker.currentWidget ||
    isConsole(front) ||
    OWN_TAB.test(front.id)
    ? null
    : front;
}

/**
 * Whether a notebook is still being loaded. It has cells before, and loses what is
 * inserted in them.
 */
export function isOpening(target: Target): boolean {
  return !isConsole(target) && !target.isDisposed && !target.context.isReady;
}

/** The name to show of a notebook or console. */
export function nameOf(target: Target): string {
  return isConsole(target)
    ? target.title.label
    : // Without the drive: "RTC:a.ipynb" is shared as a.ipynb.
      PathExt.basename(target.context.localPath);
}

/** Activate a notebook and one of its cells. */
export function focusCell(
  shell: Pick<JupyterFrontEnd.IShell, 'activateById'>,
  panel: NotebookPanel,
  index: number
): void {
  const { content } = panel;
  shell.activateById(panel.id);
  content.deselectAll();
  content.activeCellIndex = index;
  content.mode = 'command';
  content.activate();
  void content.scrollToItem(index).catch(() => {
    // The notebook was closed while it scrolled.
  });
}
