import { TranslationBundle } from '@jupyterlab/translation';
import { PartialJSONObject, PartialJSONValue } from '@lumino/coreutils';
import { isCount, isObject, parseRequest } from '../notebook/metadata';
import { IRequest } from '../tokens';

/**
 * Read the arguments of the command that launches. Those that have another name are
 * of whoever runs the command, such as a menu.
 *
 * @throws Error for the user if one of them cannot be read
 */
export function requestOfArguments(
  args: PartialJSONObject,
  trans: TranslationBundle
): IRequest {
  const request = parseRequest(args);
  if (!request) {
    throw new Error(trans.__('A launch needs the name of a platform.'));
  }
  const { adapt, options, workers } = args;
  const shown = (value: PartialJSONValue | undefined): string =>
    JSON.stringify(value);
  if (isGiven(workers) && !isCount(workers)) {
    throw new Error(
      trans.__(
        'The argument "workers" must be a whole number, 0 or more, but is %1.',
        shown(workers)
      )
    );
  }
  if (isGiven(adapt) && !areBounds(adapt)) {
    throw new Error(
      trans.__(
        'The argument "adapt" must be an object with a "maximum", a whole number from 1, and if needed a "minimum", a whole number from 0 to that, but is %1.',
        shown(adapt)
      )
    );
  }
  if (isGiven(options) && !isObject(options)) {
    throw new Error(
      trans.__(
        'The argument "options" must be an object with values by the name of the option, but is %1.',
        shown(options)
      )
    );
  }
  return request;
}

/** Whether an argument is given: null is as good as none. */
function isGiven(value: PartialJSONValue | undefined): boolean {
  return value !== undefined && value !== null;
}

/** Whether a value has the bounds of adaptive scaling. */
function areBounds(value: PartialJSONValue | undefined): boolean {
  if (!isObject(value)) {
    return false;
  }
  const { maximum, minimum = 0 } = value;
  return (
    isCount(maximum) && maximum > 0 && isCount(minimum) && minimum <= maximum
  );
}
