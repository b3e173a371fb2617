import { TranslationBundle } from '@jupyterlab/translation';

/** Why code cannot be inserted while no notebook or console is in front. */
export function noNotebook(trans: TranslationBundle): string {
  return trans.__(
    'No notebook or console is in front. Open one, or copy the code instead.'
  );
}

/** Why there is no code that connects to a cluster yet. */
export function notConnectable(trans: TranslationBundle): string {
  return trans.__(
    'You cannot connect to this cluster yet. Wait until it is running.'
  );
}
