import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { JSONExt, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIDs, NOTEBOOK_PROPERTY } from '../commands/ids';
import { ICommandOptions, notebookOf, notifyError } from '../commands/pick';
import { clusterIcon, menuIcon } from '../icons';
import { kernelNameOf } from '../notebook/kernel';
import { requestIn } from '../notebook/metadata';
import { isConsole, Target } from '../notebook/target';
import { IPreferences } from '../settings/preferences';
import {
  IForm,
  initialForm,
  launchRequest,
  siteOf
} from '../sidebar/launch/choices';
import { changedOptions, declaresOptions } from '../sidebar/launch/schema';
import { sizeText } from '../sidebar/launch/differences';
import { ICluster, IOptionsSchema, IPlatform, IRequest } from '../tokens';
import { confirmRequest } from './dialog';
import { fit } from './fit';
import { leftOutText, requestText } from './words';

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
 * Add the commands that launch a cluster without the form: like the last one, and
 * by the request in the notebook.
 */
export function addRepeatCommands(options: IRepeatOptions): void {
  const { app, trans } = options;
  const icon = menuIcon(clusterIcon);
  const describedBy = {
    args: { type: 'object', properties: NOTEBOOK_PROPERTY }
  };
  app.commands.addCommand(CommandIDs.launchLast, {
    label: () => {
      const last = lastLaunch(options);
      return last
        ? trans.__(
            'Launch as Last Time: %1, %2',
            last.platform.title,
            sizeText(last.platform, last.form, trans)
          )
        : trans.__('Launch as Last Time');
    },
    caption: trans.__(
      'Launch a cluster with the platform, workers and options of your last launch'
    ),
    icon,
    describedBy,
    isEnabled: () => lastLaunch(options) !== null,
    isVisible: args => !isRequested(args, options),
    execute: args => reportErrors(() => launchLast(args, options))
  });
  app.commands.addCommand(CommandIDs.launchRequested, {
    label: args => {
      const panel = notebookOf(args, options.notebooks);
      const request = requestFor(panel, options);
      return request
        ? trans.__(
            'Launch as This Notebook Wants: %1',
            requestText(request, trans)
          )
        : trans.__('Launch as This Notebook Wants');
    },
    caption: trans.__(
      'Launch a cluster like the one that this notebook was last used with'
    ),
    icon,
    describedBy,
    isEnabled: args => {
      const panel = notebookOf(args, options.notebooks);
      return requestFor(panel, options) !== null;
    },
    execute: args => reportErrors(() => launchRequested(args, options))
  });
}

/** What a notebook requests, for this user; null if it requests nothing. */
function requestFor(
  panel: NotebookPanel | null,
  { notebooks }: IRepeatOptions
): IRequest | null {
  return panel && requestIn(panel, notebooks?.userOf(panel) ?? null);
}

/** Show errors to the user. */
async function reportErrors(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    notifyError(error);
  }
}

/** The platform and the values of the last launch; null if there was none. */
function lastLaunch({
  platforms,
  preferences
}: IRepeatOptions): { platform: IPlatform; form: IForm } | null {
  const known = platforms();
  const name = preferences.lastPlatform(siteOf(known));
  const platform = known.find(each => each.name === name);
  return platform?.available && platform.launches
    ? { platform, form: initialForm(platform, preferences) }
    : null;
}

/** Whether a notebook requests just what the user launched last. */
function isRequested(
  args: ReadonlyPartialJSONObject,
  options: IRepeatOptions
): boolean {
  const last = lastLaunch(options);
  const panel = notebookOf(args, options.notebooks);
  const request = requestFor(panel, options);
  if (!last || last.platform.name !== request?.platform) {
    return false;
  }
  const { form, platform } = last;
  return (
    JSONExt.deepEqual(form.options, request.options) &&
    sizeText(platform, form, options.trans) ===
      sizeText(
        platform,
        fit(request, platform, platform.options, options.preferences).form,
        options.trans
      )
  );
}

/** Launch a cluster as the last time. */
async function launchLast(
  args: ReadonlyPartialJSONObject,
  options: IRepeatOptions
): Promise<void> {
  const last = lastLaunch(options);
  if (last) {
    const panel =
      notebookOf(args, options.notebooks) ?? options.notebooks?.panel ?? null;
    const schema = await schemaOf(last.platform, panel, options);
    await launch(last.platform, last.form, schema, panel, options);
  }
}

/** Launch a cluster as a notebook requests. */
async function launchRequested(
  args: ReadonlyPartialJSONObject,
  options: IRepeatOptions
): Promise<void> {
  const { clusters, preferences, trans } = options;
  const panel = notebookOf(args, options.notebooks);
  const request = requestFor(panel, options);
  if (!panel || !request) {
    return;
  }
  const all = await clusters.platforms(kernelNameOf(panel) ?? undefined);
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
          ...{ preferences, request, requested, trans }
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
async function schemaOf(
  platform: IPlatform,
  panel: Target | null,
  { clusters }: IRepeatOptions
): Promise<IOptionsSchema> {
  const kernelName = (panel && kernelNameOf(panel)) ?? undefined;
  return declaresOptions(platform)
    ? clusters.options(platform.name, kernelName)
    : platform.options;
}

/** Launch a cluster for a notebook or console. */
async function launch(
  platform: IPlatform,
  form: IForm,
  schema: IOptionsSchema,
  panel: Target | null,
  { clusters, launched, platforms, preferences }: IRepeatOptions
): Promise<void> {
  const cluster = await clusters.launch(
    launchRequest(platform, form, schema, {
      kernel_name: (panel && kernelNameOf(panel)) ?? undefined,
      cwd: panel && !isConsole(panel) ? folderOf(panel) : undefined
    })
  );
  launched(cluster, panel);
  const options = changedOptions(schema, form.options);
  const site = siteOf(platforms());
  await preferences.remember(platform.name, { ...form, options }, site);
}

/** The folder of a notebook. */
function folderOf(panel: NotebookPanel): string {
  return PathExt.dirname(panel.context.path);
}
