import { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { languageOf } from './kernel';
import { noNotebook, notConnectable } from './messages';
import { isConsole, isOpening, nameOf, refused, Target } from './target';

/** What decides whether code can be inserted. */
export interface ISurroundings {
  /** The kernelspecs of the server. */
  kernelspecs: Pick<KernelSpec.IManager, 'specs'>;
  /** The shell that knows what is in front. */
  shell: Partial<Pick<JupyterFrontEnd.IShell, 'currentWidget'>>;
  /** The open notebooks. */
  tracker: INotebookTracker;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Why code cannot be inserted in a notebook or console; null if it can.
 *
 * @param target - the notebook or console; null if there is none
 * @param code - the code; null if there is none yet
 */
export function refusalOf(
  target: Target | null,
  code: string | null,
  { kernelspecs, shell, tracker, trans }: ISurroundings
): string | null {
  if (code === null) {
    return notConnectable(trans);
  }
  const front = target ? null : refused(tracker, shell);
  if (front) {
    return trans.__(
      '%1 is in front, which is neither a notebook nor a console. Click in the one that the code is for, or copy the code instead.',
      front.title.label
    );
  }
  if (target?.isDisposed) {
    // The notebook of an earlier launch; the current one is never disposed.
    return trans.__(
      'The notebook that you launched this cluster from is closed. Insert the code in another notebook, or copy it.'
    );
  }
  if (!target || (!isConsole(target) && !target.content.model)) {
    return noNotebook(trans);
  }
  const name = nameOf(target);
  if (isOpening(target)) {
    return trans.__('%1 is still opening. Try again in a moment.', name);
  }
  if (!isConsole(target) && target.content.model!.readOnly) {
    return trans.__(
      '%1 is read-only. Save a copy of it, or copy the code instead.',
      name
    );
  }
  const language = languageOf(target, kernelspecs);
  if (language !== null && language !== 'python') {
    return trans.__(
      '%1 uses %2, but the code is Python. Open a Python notebook, or copy the code instead.',
      name,
      language
    );
  }
  return null;
}
