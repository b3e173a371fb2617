import { JSONObject } from '@lumino/coreutils';
import { IPreferences } from '../settings/preferences';
import { defaultForm, IForm } from '../sidebar/launch/choices';
import { invalidOptions } from '../sidebar/launch/validation';
import { IAdapt, IOptionsSchema, IPlatform, IRequest } from '../tokens';

/** What a notebook requests, as far as a platform can provide it. */
export interface IFit {
  /** The values of the launch form. */
  form: IForm;
  /** The names of the options that the platform does not have as requested. */
  leftOut: string[];
}

/**
 * Fit what a notebook requests to a platform, which may be another one, or the
 * same at another site. The number of workers stays as far as possible.
 *
 * @param schema - the options of the platform
 */
export function fit(
  request: IRequest,
  platform: IPlatform,
  schema: IOptionsSchema,
  preferences: Pick<IPreferences, 'idleTimeout' | 'keepRunning'>
): IFit {
  const { minimum, maximum, suggested } = platform.workers;
  const clamp = (count: number): number =>
    Math.min(Math.max(count, minimum), maximum);
  const options: JSONObject = {};
  const leftOut: string[] = [];
  const invalid = invalidOptions(schema, request.options);
  for (const [name, value] of Object.entries(request.options)) {
    if (name in schema.properties && !invalid.includes(name)) {
      options[name] = value;
    } else {
      leftOut.push(schema.properties[name]?.title ?? name);
    }
  }
  const adapt: IAdapt | null =
    request.adapt && platform.adaptive
      ? {
          minimum: clamp(request.adapt.minimum),
          maximum: Math.max(1, clamp(request.adapt.maximum))
        }
      : null;
  return {
    form: {
      ...defaultForm(platform, preferences),
      workers: clamp(request.workers ?? request.adapt?.maximum ?? suggested),
      adapt,
      options
    },
    leftOut
  };
}
