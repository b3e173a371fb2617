import {
  JSONExt,
  JSONObject,
  ReadonlyJSONObject,
  ReadonlyJSONValue
} from '@lumino/coreutils';
import { IChoices, IPreferences } from '../../settings/preferences';
import { IAdapt, ILaunch, IPlatform } from '../../tokens';

/** What the form holds for one platform: every choice made. */
export interface IForm extends Required<Omit<IChoices, 'adapt'>> {
  adapt: IAdapt | null;
}

/** A JSON Schema of an object, as far as the form looks into it. */
interface IObjectSchema {
  properties?: { [name: string]: ReadonlyJSONObject };
  required?: string[];
}

/**
 * The form as it opens: the last choices for this platform where they still
 * fit, the platform's defaults for the rest.
 */
export function initialForm(
  platform: IPlatform,
  preferences: IPreferences
): IForm {
  const last = preferences.recall(platform.name) ?? {};
  const { workers } = platform;
  const clamp = (count: number): number =>
    Math.min(Math.max(count, workers.minimum), workers.maximum);
  const known = properties(platform.options);
  const options: JSONObject = {};
  for (const [name, value] of Object.entries(last.options ?? {})) {
    // Options of a gateway are not known before it was asked.
    if (name in known || platform.options_from !== null) {
      options[name] = value;
    }
  }
  return {
    workers: clamp(last.workers ?? workers.default),
    adapt:
      platform.adaptive && last.adapt
        ? {
            minimum: clamp(last.adapt.minimum),
            maximum: clamp(last.adapt.maximum)
          }
        : null,
    options,
    tls: last.tls ?? platform.tls,
    keep_running: last.keep_running ?? preferences.keepRunning,
    idle_timeout:
      last.idle_timeout === undefined
        ? preferences.idleTimeout
        : last.idle_timeout
  };
}

/**
 * What to ask the server for.
 *
 * Options that equal their default are left out: the server's defaults count,
 * and they may be expressions that the code keeps as such.
 */
export function toLaunch(
  platform: IPlatform,
  form: IForm,
  schema: ReadonlyJSONObject,
  context: { kernel_name?: string; cwd?: string; name?: string }
): ILaunch {
  const launch: ILaunch = {
    platform: platform.name,
    options: changedOptions(schema, form.options),
    tls: form.tls,
    keep_running: form.keep_running,
    idle_timeout: form.idle_timeout
  };
  if (form.adapt) {
    launch.adapt = form.adapt;
  } else {
    launch.workers = form.workers;
  }
  if (context.kernel_name) {
    launch.kernel_name = context.kernel_name;
  }
  if (context.cwd !== undefined) {
    launch.cwd = context.cwd;
  }
  if (context.name?.trim()) {
    launch.name = context.name.trim();
  }
  return launch;
}

/**
 * The options that differ from their defaults.
 */
export function changedOptions(
  schema: ReadonlyJSONObject,
  options: ReadonlyJSONObject
): JSONObject {
  const known = properties(schema);
  const changed: JSONObject = {};
  for (const [name, value] of Object.entries(options)) {
    const standard = known[name]?.default as ReadonlyJSONValue | undefined;
    if (value === undefined) {
      continue;
    }
    if (standard === undefined || !JSONExt.deepEqual(value, standard)) {
      changed[name] = value as JSONObject[string];
    }
  }
  return changed;
}

/**
 * The platform to begin with: the first wished one that works here, else the
 * one that was recognised, else the first that works.
 *
 * @param wished - the one chosen on this page, then the one of the settings,
 *   which a person wrote down to have it always, then the last one launched at
 *   this place, which is what happened to be right the last time
 */
export function preselect(
  platforms: ReadonlyArray<IPlatform>,
  ...wished: (string | null)[]
): IPlatform | null {
  const available = platforms.filter(platform => platform.available);
  for (const name of wished) {
    const found = available.find(platform => platform.name === name);
    if (found) {
      return found;
    }
  }
  return (
    available.find(platform => platform.detected) ??
    available[0] ??
    platforms[0] ??
    null
  );
}

/**
 * What tells this place from others: the platforms that are recognised here.
 */
export function placeOf(platforms: ReadonlyArray<IPlatform>): string {
  const recognised = platforms.filter(platform => platform.detected);
  return recognised
    .map(({ name }) => name)
    .sort()
    .join(' ');
}

/**
 * The part of a schema of options that belongs in one of the two folds.
 *
 * @param advanced - whether the second fold, "More options", is meant
 * @returns null when nothing belongs there
 */
export function foldOf(
  schema: ReadonlyJSONObject,
  advanced: boolean
): ReadonlyJSONObject | null {
  const own = Object.entries(properties(schema)).filter(
    ([, property]) => !!property.advanced === advanced
  );
  if (own.length === 0) {
    return null;
  }
  const names = own.map(([name]) => name);
  const required = (schema as IObjectSchema).required ?? [];
  return {
    type: 'object',
    properties: Object.fromEntries(own),
    required: required.filter(name => names.includes(name))
  };
}

/** The properties of a schema, none where it has none. */
function properties(schema: ReadonlyJSONObject): {
  [name: string]: ReadonlyJSONObject;
} {
  return (schema as IObjectSchema).properties ?? {};
}
