import { JSONObject } from '@lumino/coreutils';
import { IChoices, IPreferences } from '../../settings/preferences';
import {
  IAdapt,
  ILaunch,
  IOptionsSchema,
  IPlatform,
  IStart
} from '../../tokens';
import { changedOptions, declaresOptions } from './schema';

/** A value to choose for an option. */
export type IChoice = NonNullable<
  IOptionsSchema['properties'][string]['choices']
>[number];

/** The values of the form for one platform. */
export interface IForm extends Required<Omit<IChoices, 'adapt'>> {
  /** The bounds of an adaptive cluster; null for a fixed number of workers. */
  adapt: IAdapt | null;
}

/**
 * The values of the form for a platform if the user has never changed any.
 */
export function defaultForm(
  platform: IPlatform,
  preferences: Pick<IPreferences, 'idleTimeout' | 'keepRunning'>
): IForm {
  return {
    workers: platform.workers.suggested,
    adapt: null,
    options: {},
    tls: platform.tls,
    keep_running: preferences.keepRunning,
    idle_timeout: preferences.idleTimeout,
    core_hours: null,
    renew_for: null
  };
}

/**
 * The initial values of the form: the last choices for this platform that are
 * still valid, and the defaults for the rest.
 */
export function initialForm(
  platform: IPlatform,
  preferences: IPreferences
): IForm {
  const last = preferences.recall(platform.name) ?? {};
  const standard = defaultForm(platform, preferences);
  return {
    ...stillValid(platform, last),
    tls: platform.can_encrypt ? (last.tls ?? standard.tls) : standard.tls,
    keep_running: last.keep_running ?? standard.keep_running,
    idle_timeout:
      last.idle_timeout === undefined
        ? standard.idle_timeout
        : last.idle_timeout,
    core_hours: last.core_hours ?? standard.core_hours,
    renew_for: last.renew_for ?? standard.renew_for
  };
}

/**
 * What of the choices of an earlier launch a platform still allows: it may have
 * other options and bounds by now.
 */
export function stillValid(
  platform: IPlatform,
  last: IChoices
): Pick<IForm, 'adapt' | 'options' | 'workers'> {
  const { workers } = platform;
  const clamp = (count: number): number =>
    Math.min(Math.max(count, workers.minimum), workers.maximum);
  const known = platform.options.properties;
  const options: JSONObject = {};
  for (const [name, value] of Object.entries(last.options ?? {})) {
    // The options of a gateway are not known yet.
    if (name in known || declaresOptions(platform)) {
      options[name] = value;
    }
  }
  return {
    // A cluster without workers computes nothing: that choice is not repeated.
    workers: clamp(last.workers || workers.suggested),
    adapt:
      platform.adaptive && last.adapt
        ? {
            minimum: clamp(last.adapt.minimum),
            maximum: clamp(last.adapt.maximum)
          }
        : null,
    options
  };
}

/**
 * Create the request that launches a cluster.
 *
 * Options that equal their default are omitted, because a default may be an
 * expression, which the server then keeps as such.
 */
export function launchRequest(
  platform: IPlatform,
  form: IForm,
  schema: IOptionsSchema,
  context: { kernel_name?: string; cwd?: string; name?: string }
): ILaunch {
  const launch: ILaunch = {
    platform: platform.name,
    options: changedOptions(schema, form.options),
    tls: form.tls,
    keep_running: form.keep_running,
    idle_timeout: form.idle_timeout
  };
  if (form.core_hours !== null) {
    launch.core_hours = form.core_hours;
  }
  if (form.adapt) {
    launch.adapt = form.adapt;
  } else if (platform.workers.from === null) {
    launch.workers = form.workers;
  }
  if (canRenew(platform, form) && form.renew_for !== null) {
    launch.renew_for = form.renew_for;
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

/** Whether a cluster has a fixed number of jobs, which can be renewed. */
export function canRenew(platform: IPlatform, form: IForm): boolean {
  return platform.queue !== null && !form.adapt;
}

/**
 * Select a platform: the first preferred one that is available, else the one
 * that was detected, else the first that is available.
 *
 * @param preferred - names by decreasing priority: the choice of the user, the
 *   default platform in the settings, and the platform of the last launch
 * @returns null if there is no platform
 */
export function selectPlatform(
  platforms: ReadonlyArray<IPlatform>,
  ...preferred: (string | null)[]
): IPlatform | null {
  const available = platforms.filter(platform => platform.available);
  for (const name of preferred) {
    const match = available.find(platform => platform.name === name);
    if (match) {
      return match;
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
 * Identify the site by the platforms that are detected there.
 */
export function siteOf(platforms: ReadonlyArray<IPlatform>): string {
  const detected = platforms.filter(platform => platform.detected);
  return detected
    .map(({ name }) => name)
    .sort()
    .join(' ');
}

/** The changes of a form to one of the ways whose start was estimated. */
export function changesOf(
  { jobs, options }: IStart,
  form: IForm
): Partial<IForm> {
  return {
    options: { ...form.options, ...(options as IForm['options']) },
    ...(form.adapt ? {} : { workers: jobs })
  };
}
