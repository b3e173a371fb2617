import { JupyterFrontEnd } from '@jupyterlab/application';
import { TranslationBundle } from '@jupyterlab/translation';
import { Insertion } from '../tokens';
import { IConsole, nameOf } from './target';

/**
 * Insert code in the prompt of a console, above what is there.
 *
 * @param shell - activates the console; null to leave the focus where it is
 */
export function insertInConsole(
  target: IConsole,
  code: string,
  shell: Pick<JupyterFrontEnd.IShell, 'activateById'> | null,
  trans: TranslationBundle
): Insertion {
  const prompt = target.console.promptCell?.model.sharedModel;
  if (!prompt) {
    return {
      inserted: false,
      reason: trans.__(
        '%1 is still starting. Try again in a moment.',
        nameOf(target)
      )
    };
  }
  const source = prompt.getSource();
  prompt.setSource(source.trim() ? `${code}\n${source}` : code);
  shell?.activateById(target.id);
  return { inserted: true, updated: false, notebook: nameOf(target) };
}
