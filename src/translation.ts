import {
  ITranslator,
  nullTranslator,
  TranslationBundle
} from '@jupyterlab/translation';

/**
 * Load the translations of this extension.
 *
 * @param translator - the application language translator; without it, strings
 *   are not translated
 */
export function loadTranslation(
  translator: ITranslator | null | undefined
): TranslationBundle {
  return (translator ?? nullTranslator).load('jupyter_cluster_launcher');
}
