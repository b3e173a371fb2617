import {
  ITranslator,
  nullTranslator,
  TranslationBundle
} from '@jupyterlab/translation';

/** Translations that leave every string unchanged. */
export const trans: TranslationBundle = nullTranslator.load('');

/**
 * A translator that marks every string, to find those that are not translated.
 */
export const pseudo: ITranslator = {
  languageCode: 'pseudo',
  load: () => {
    const mark = (text: string): string => `⟦${text}⟧`;
    return {
      ...trans,
      __: (text: string, ...args: any[]) => mark(trans.__(text, ...args)),
      _n: (singular: string, plural: string, n: number, ...args: any[]) =>
        mark(trans._n(singular, plural, n, ...args))
    } as TranslationBundle;
  }
} as unknown as ITranslator;
