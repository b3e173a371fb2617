import { TranslationBundle } from '@jupyterlab/translation';
import { countText, rangeText } from '../format';
import { IPlatform, IRequest } from '../tokens';

/**
 * Format what a notebook requests: "SLURM, 8 jobs".
 */
export function requestText(
  { adapt, title, unit, workers }: IRequest,
  trans: TranslationBundle
): string {
  if (adapt) {
    const { minimum, maximum } = adapt;
    const range = rangeText(minimum, maximum, unit, trans);
    return trans.__('%1, %2', title, range);
  }
  return workers === undefined
    ? title
    : trans.__('%1, %2', title, countText(workers, unit, trans));
}

/**
 * Say which options are left out; empty if none is.
 *
 * @param names - their titles, or names if they have no title here
 */
export function leftOutText(
  names: ReadonlyArray<string>,
  platform: IPlatform,
  trans: TranslationBundle
): string {
  return names.length === 0
    ? ''
    : trans.__(
        'Left out, because %1 does not have it as requested: %2.',
        platform.title,
        names.join(', ')
      );
}

/**
 * Say why the platform that is requested cannot be used here.
 *
 * @param platform - the platform; undefined if there is none of that name
 */
export function missingText(
  { title }: IRequest,
  platform: IPlatform | undefined,
  trans: TranslationBundle
): string {
  return platform?.reason
    ? trans.__('%1 is not available here. %2', title, platform.reason)
    : trans.__('The request is for %1, which is not available here.', title);
}
