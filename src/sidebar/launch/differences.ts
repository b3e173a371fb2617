import { TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyJSONValue } from '@lumino/coreutils';
import {
  coreHoursText,
  countText,
  durationText,
  rangeText
} from '../../format';
import { IOptionsSchema, IPlatform } from '../../tokens';
import { IForm } from './choices';
import { changedOptions } from './schema';

/** The characters of a value that are shown in a line. */
const LENGTH = 40;

/**
 * Format the number of workers of a form: "2 workers", "0 to 8 jobs". Empty where
 * it follows from an option.
 */
export function sizeText(
  { workers: { from, title } }: IPlatform,
  { adapt, workers }: IForm,
  trans: TranslationBundle
): string {
  if (from !== null) {
    return '';
  }
  const unit = title.toLowerCase() === 'jobs' ? 'jobs' : 'workers';
  return adapt
    ? rangeText(adapt.minimum, adapt.maximum, unit, trans)
    : countText(workers, unit, trans);
}

/**
 * List what a form changes of the defaults, beside the number of workers, one
 * short text each. Includes what stays from the last launch.
 *
 * @param standard - the defaults
 * @param length - the characters of a value that are shown
 */
export function differences(
  form: IForm,
  standard: IForm,
  schema: IOptionsSchema,
  trans: TranslationBundle,
  length = LENGTH
): string[] {
  const changed = Object.entries(changedOptions(schema, form.options))
    .filter(
      ([name, value]) =>
        !isEmpty(value) || !isEmpty(schema.properties[name]?.default)
    )
    .map(([name, value]) =>
      trans.__(
        '%1: %2',
        schema.properties[name]?.title ?? name,
        valueText(value, trans, length)
      )
    );
  if (form.keep_running !== standard.keep_running) {
    changed.push(
      form.keep_running
        ? trans.__('keeps running when Jupyter stops')
        : trans.__('stops with Jupyter')
    );
  }
  if (form.idle_timeout !== standard.idle_timeout) {
    changed.push(
      form.idle_timeout === null
        ? trans.__('no idle shutdown')
        : trans.__(
            'shuts down when idle for %1',
            durationText(form.idle_timeout * 1000, trans)
          )
    );
  }
  if (form.core_hours !== standard.core_hours) {
    changed.push(
      form.core_hours === null
        ? trans.__('no limit of core-hours')
        : trans.__('stops at %1', coreHoursText(form.core_hours, trans))
    );
  }
  if (!form.adapt && form.renew_for !== standard.renew_for) {
    changed.push(
      trans.__(
        'Keep jobs running for: %1',
        form.renew_for === null
          ? trans.__('One time limit')
          : durationText(form.renew_for * 1000, trans)
      )
    );
  }
  if (form.tls !== standard.tls) {
    changed.push(form.tls ? trans.__('encrypted') : trans.__('not encrypted'));
  }
  return changed;
}

/** Whether an option has no value. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '';

/** Format the value of an option. */
function valueText(
  value: ReadonlyJSONValue | undefined,
  trans: TranslationBundle,
  length: number
): string {
  if (isEmpty(value)) {
    return trans.__('empty');
  }
  if (typeof value === 'boolean') {
    return value ? trans.__('yes') : trans.__('no');
  }
  const text = Array.isArray(value)
    ? value.join(' ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
