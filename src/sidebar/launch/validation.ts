import { TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyJSONObject } from '@lumino/coreutils';
import { IOptionsSchema } from '../../tokens';
import { refineOptions } from './schema';

/** The schema of an option, or of an entry of one. */
type Schema = { readonly [keyword: string]: any };

/**
 * Find the options whose values their schema does not allow, as the choices among
 * them leave it: these are the limits that the fields have.
 *
 * @returns the names of the options
 */
export function invalidOptions(
  schema: IOptionsSchema,
  values: ReadonlyJSONObject
): string[] {
  const { properties } = refineOptions(schema, values);
  return Object.keys(values).filter(name => {
    const option = properties[name] as Schema | undefined;
    const value = values[name];
    return option && !isEmpty(value) && !isValid(option, value);
  });
}

/**
 * Put the message of a JSON Schema validator into words for users.
 *
 * @param message - such as `must match pattern "^[0-9]+$"`
 */
export function errorText(
  schema: Schema,
  message: string,
  trans: TranslationBundle
): string {
  const limit = message.match(/-?[0-9.]+/)?.[0];
  if (message.startsWith('must match pattern')) {
    return schema.examples?.length
      ? trans.__('Enter a value such as %1.', schema.examples.join(', '))
      : trans.__('This value does not have the expected format.');
  }
  if (message.startsWith('must be >=')) {
    return trans.__('Enter at least %1.', limit);
  }
  if (message.startsWith('must be <=')) {
    return trans.__('Enter at most %1.', limit);
  }
  if (message.startsWith('must NOT have more than')) {
    return trans.__('Enter at most %1 characters.', limit);
  }
  if (message.startsWith('must be integer')) {
    return trans.__('Enter a whole number.');
  }
  if (message.startsWith('must be number')) {
    return trans.__('Enter a number.');
  }
  return message;
}

/** Whether a field is empty, which stands for the default. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Whether a value meets what the schema says of its type. */
function isValid(schema: Schema, value: any): boolean {
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return value.every(item => isEmpty(item) || isValid(items, item));
  }
  if (typeof value === 'number') {
    return (
      value >= (schema.minimum ?? -Infinity) &&
      value <= (schema.maximum ?? Infinity) &&
      (schema.type !== 'integer' || Number.isInteger(value))
    );
  }
  if (typeof value === 'string') {
    return (
      !['integer', 'number'].includes(schema.type) &&
      value.length <= (schema.maxLength ?? Infinity) &&
      (schema.pattern === undefined || matches(value, schema.pattern))
    );
  }
  return true;
}

/** Whether a text matches; true for a pattern that only the server understands. */
function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}
