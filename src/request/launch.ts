import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { JSONExt } from '@lumino/coreutils';
import { ICommandOptions } from '../commands/pick';
import { kernelNameOf } from '../notebook/kernel';
import { isConsole, Target } from '../notebook/target';
import { IPreferences } from '../settings/preferences';
import {
  IForm,
  launchRequest as bodyOf,
  siteOf
} from '../sidebar/launch/choices';
import { changedOptions, declaresOptions } from '../sidebar/launch/schema';
import { ICluster, IOptionsSchema, IPlatform, IRequest } from '../tokens';
import { confirmRequest } from './dialog';
import { fit } from './fit';
import { leftOutText } from './words';

/** The options of the commands that launch without the form. */
export interface IRepeatOptions extends ICommandOptions {
  /** The platforms as the launch form knows them. */
  platforms: () => IPlatform[];
  /** The preferences, with the choices of the last launch. */
  preferences: IPreferences;
  /** Called with the new cluster, and the notebook or console that it is for. */
  launched: (cluster: ICluster, panel: Target | null) => void;
}

/**
 * Launch a cluster as it is requested, for a notebook or console. The user confirms
 * what may be new to them, and what this server cannot do as requested.
 *
 * @param title - of the question
 */
export async function launchRequest(
  request: IRequest,
  panel: Target | null,
  title: string,
  options: IRepeatOptions
): Promise<void> {
  const { clusters, preferences, trans } = options;
  const all = await clusters.platforms(kernelOf(panel));
  const requested = all.find(({ name }) => name === request.platform);
  const usable = all.filter(each => each.available && each.launches);
  const isThere = requested !== undefined && usable.includes(requested);
  if (usable.length === 0) {
    throw new Error(trans.__('No platform is available here.'));
  }
  const known = isThere ? await schemaOf(requested, panel, options) : null;
  const platform =
    isThere && isOwn(request, preferences)
      ? requested
      : await confirmRequest({
          platforms: isThere ? [requested] : usable,
          schemaOf: each => known ?? each.options,
          ...{ preferences, request, requested, title, trans }
        });
  if (platform) {
    const schema = known ?? (await schemaOf(platform, panel, options));
    const { form, leftOut } = fit(request, platform, schema, preferences);
    await launch(platform, form, schema, panel, options);
    const text = leftOutText(leftOut, platform, trans);
    if (text) {
      Notification.info(text, { autoClose: 12000 });
    }
  }
}

/**
 * Whether a request has nothing that the user has to read first: no options, or
 * those of the user's own last launch. Somebody else may have written them.
 */
function isOwn(
  { options, platform }: IRequest,
  preferences: IPreferences
): boolean {
  const own = preferences.recall(platform)?.options ?? {};
  return Object.entries(options).every(
    ([name, value]) => name in own && JSONExt.deepEqual(own[name], value)
  );
}

/** The options of a platform, including those that its engine declares. */
export async function schemaOf(
  platform: IPlatform,
  panel: Target | null,
  { clusters }: IRepeatOptions
): Promise<IOptionsSchema> {
  const kernelName = kernelOf(panel);
  return declaresOptions(platform)
    ? clusters.options(platform.name, kernelName)
    : platform.options;
}

/** Launch a cluster for a notebook or console. */
export async function launch(
  platform: IPlatform,
  form: IForm,
  schema: IOptionsSchema,
  panel: Target | null,
  { clusters, launched, platforms, preferences }: IRepeatOptions
): Promise<void> {
  const cluster = await clusters.launch(
    bodyOf(platform, form, schema, {
      kernel_name: kernelOf(panel),
      cwd: panel ? folderOf(panel) : undefined
    })
  );
  launched(cluster, panel);
  const options = changedOptions(schema, form.options);
  const site = siteOf(platforms());
  await preferences.remember(platform.name, { ...form, options }, site);
}

/** The folder of a notebook, or of the session of a console. */
function folderOf(panel: Target): string {
  return PathExt.dirname(
    isConsole(panel) ? panel.sessionContext.path : panel.context.path
  );
}

/** The kernelspec of a notebook or console. */
function kernelOf(panel: Target | null): string | undefined {
  return (panel && kernelNameOf(panel)) ?? undefined;
}
