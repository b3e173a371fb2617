import { NotebookPanel } from '@jupyterlab/notebook';
import {
  JSONExt,
  PartialJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';
import {
  CommandIDs,
  NOTEBOOK_PROPERTY,
  REQUEST_PROPERTIES
} from '../commands/ids';
import { notebookOf, notifyError } from '../commands/pick';
import { clusterIcon, menuIcon } from '../icons';
import { requestIn } from '../notebook/metadata';
import { Target } from '../notebook/target';
import { IForm, initialForm, siteOf } from '../sidebar/launch/choices';
import { sizeText } from '../sidebar/launch/differences';
import { IPlatform, IRequest } from '../tokens';
import { requestOfArguments } from './args';
import { fit } from './fit';
import { IRepeatOptions, launch, launchRequest, schemaOf } from './launch';
import { requestText } from './words';

/**
 * Add the commands that launch a cluster without the form: like the last one, by
 * the request in the notebook, and by arguments.
 */
export function addRepeatCommands(options: IRepeatOptions): void {
  const { app, trans } = options;
  const icon = menuIcon(clusterIcon);
  const describedBy = {
    args: { type: 'object', properties: NOTEBOOK_PROPERTY }
  };
  app.commands.addCommand(CommandIDs.launchLast, {
    label: ({ isPalette }) => {
      const last = lastLaunch(options);
      const label = isPalette
        ? trans.__('Launch Dask Cluster as Last Time')
        : trans.__('Launch as Last Time');
      return last
        ? trans.__(
            '%1: %2, %3',
            label,
            last.platform.title,
            sizeText(last.platform, last.form, trans)
          )
        : label;
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
  app.commands.addCommand(CommandIDs.launch, {
    label: ({ platform }) => {
      const known = options.platforms().find(({ name }) => name === platform);
      return known
        ? trans.__('Launch Dask Cluster on %1', known.title)
        : trans.__('Launch Dask Cluster');
    },
    caption: trans.__('Launch a cluster on a platform'),
    icon,
    describedBy: {
      args: {
        type: 'object',
        properties: { ...REQUEST_PROPERTIES, ...NOTEBOOK_PROPERTY },
        required: ['platform']
      }
    },
    // Without arguments, there is "Launch as Last Time".
    isVisible: ({ platform }) => typeof platform === 'string',
    execute: args => reportErrors(() => launchByArguments(args, options))
  });
  app.commands.addCommand(CommandIDs.launchRequested, {
    label: args => {
      const panel = notebookOf(args, options.notebooks);
      const request = requestFor(panel, options);
      const label = args.isPalette
        ? trans.__('Launch Dask Cluster as This Notebook Wants')
        : trans.__('Launch as This Notebook Wants');
      return request
        ? trans.__('%1: %2', label, requestText(request, trans))
        : label;
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

/**
 * The notebook in the arguments, else the notebook or console in front, or the one
 * that is being opened there; null if there is none.
 *
 * @throws Error for the user if that notebook is not open
 */
async function targetFor(
  args: ReadonlyPartialJSONObject,
  { notebooks, trans }: IRepeatOptions
): Promise<Target | null> {
  const { notebook } = args;
  if (notebook === undefined || notebook === null) {
    await notebooks?.opening;
    return notebooks?.panel ?? null;
  }
  const panel = notebookOf(args, notebooks);
  if (!panel) {
    throw new Error(
      trans.__(
        '%1 is not open. Open it, or leave out the argument "notebook".',
        String(notebook)
      )
    );
  }
  return panel;
}

/** Launch a cluster as the last time. */
async function launchLast(
  args: ReadonlyPartialJSONObject,
  options: IRepeatOptions
): Promise<void> {
  const last = lastLaunch(options);
  if (last) {
    const panel = await targetFor(args, options);
    const schema = await schemaOf(last.platform, panel, options);
    await launch(last.platform, last.form, schema, panel, options);
  }
}

/** Launch a cluster as a notebook requests. */
async function launchRequested(
  args: ReadonlyPartialJSONObject,
  options: IRepeatOptions
): Promise<void> {
  const panel = notebookOf(args, options.notebooks);
  const request = requestFor(panel, options);
  if (panel && request) {
    const title = options.trans.__('Launch as this notebook wants');
    await launchRequest(request, panel, title, options);
  }
}

/** Launch a cluster as the arguments say. */
async function launchByArguments(
  args: ReadonlyPartialJSONObject,
  options: IRepeatOptions
): Promise<void> {
  const { trans } = options;
  const request = requestOfArguments(args as PartialJSONObject, trans);
  const panel = await targetFor(args, options);
  const title = trans.__('Launch a Dask cluster?');
  await launchRequest(request, panel, title, options);
}
