import { JupyterFrontEnd } from '@jupyterlab/application';
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
 * Insert code in the prompt of a console, above what is there.
 *
 * @returns whether it could be inserted
 */
export function insertInConsole(target: IConsole, code: string): boolean {
  const prompt = target.console.promptCell?.model.sharedModel;
  if (!prompt) {
    return false;
  }
  const source = prompt.getSource();
  prompt.setSource(source.trim() ? `${code}\n${source}` : code);
  return true;
}
