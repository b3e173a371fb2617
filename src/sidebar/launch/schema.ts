import {
  JSONExt,
  JSONObject,
  ReadonlyJSONObject,
  ReadonlyJSONValue
} from '@lumino/coreutils';
import { IOptionsSchema, IPlatform } from '../../tokens';

/**
 * Filter the options that differ from their defaults: null for an option with a
 * default that was emptied.
 */
export function changedOptions(
  schema: IOptionsSchema,
  options: ReadonlyJSONObject
): JSONObject {
  return differing(refineOptions(schema, options), options);
}

/** Filter the options that differ from the defaults of a schema as it is. */
export function differing(
  { properties }: IOptionsSchema,
  options: ReadonlyJSONObject
): JSONObject {
  const changed: JSONObject = {};
  for (const [name, value] of Object.entries(options)) {
    const standard = properties[name]?.default as ReadonlyJSONValue | undefined;
    if (value === undefined || (value === null && standard === undefined)) {
      continue;
    }
    if (standard === undefined || !JSONExt.deepEqual(value, standard)) {
      changed[name] = value as JSONObject[string];
    }
  }
  return changed;
}

/**
 * Whether the engine of a platform declares options of its own. Others only know
 * more about the options of the platform.
 */
export function declaresOptions({ options_from }: IPlatform): boolean {
  return options_from === 'gateway';
}

/**
 * Get the schema of the options as the choices that were made leave it: a choice
 * sets entries of the schemas of other options, null removes one.
 */
export function refineOptions(
  schema: IOptionsSchema,
  values: ReadonlyJSONObject
): IOptionsSchema {
  const properties = { ...schema.properties };
  for (const [name, option] of Object.entries(schema.properties)) {
    const value = name in values ? values[name] : option.default;
    const chosen = option.choices?.find(choice => choice.value === value);
    for (const [other, entries] of Object.entries(chosen?.sets ?? {})) {
      if (other in properties) {
        const all = { ...properties[other], ...(entries as object) };
        properties[other] = Object.fromEntries(
          Object.entries(all).filter(([, entry]) => entry !== null)
        ) as typeof option;
      }
    }
  }
  return { ...schema, properties };
}

/** What a batch system's environment does to an option, to be known beside it. */
export function warningsOf(option: object): string[] {
  const { warning } = option as { warning?: string };
  return warning ? [warning] : [];
}

/**
 * Filter the schema of either the basic or the advanced options.
 *
 * @returns null if there are none
 */
export function filterOptions(
  schema: IOptionsSchema,
  advanced: boolean
): IOptionsSchema | null {
  const options = Object.entries(schema.properties).filter(
    ([, option]) => !!option.advanced === advanced
  );
  if (options.length === 0) {
    return null;
  }
  return { type: 'object', properties: Object.fromEntries(options) };
}
