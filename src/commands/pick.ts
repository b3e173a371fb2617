import { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, Notification } from '@jupyterlab/apputils';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { ICluster, IClusters, INotebooks } from '../tokens';

/** The class of a row, which commands of its context menu look for. */
export const ROW_CLASS = 'jp-ClusterLauncher-row';

/** What commands work on. */
export interface ICommandOptions {
  app: JupyterFrontEnd;
  clusters: IClusters;
  /** Whether the main area takes tabs, as in JupyterLab; Notebook 7 has one. */
  hasTabs: boolean;
  notebooks: INotebooks | null;
  translator: ITranslator;
}

/**
 * Tell a person that something did not work, in the words of the error.
 */
export function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  Notification.error(message, { autoClose: 8000 });
}

/**
 * The cluster that a command is about: named in its arguments, under the
 * pointer, the only one there is, or chosen by the person.
 *
 * @returns null when there is none, or the person did not want to choose
 */
export async function pick(
  args: ReadonlyPartialJSONObject,
  { app, clusters }: Pick<ICommandOptions, 'app' | 'clusters'>,
  trans: TranslationBundle,
  filter: (cluster: ICluster) => boolean = () => true
): Promise<ICluster | null> {
  const id = args.id ?? underPointer(app);
  if (typeof id === 'string') {
    return clusters.get(id) ?? null;
  }
  const choices = clusters.clusters.filter(filter);
  if (choices.length < 2) {
    if (choices.length === 0) {
      Notification.info(trans.__('There is no cluster for this.'));
    }
    return choices[0] ?? null;
  }
  const labels = choices.map(
    ({ name, platform_title: title }, index) =>
      `${index + 1}. ${name}, ${title}`
  );
  const { value } = await InputDialog.getItem({
    title: trans.__('Which cluster?'),
    items: labels,
    current: 0
  });
  return value === null ? null : choices[labels.indexOf(value)];
}

/**
 * The cluster whose row the context menu was opened on.
 */
export function underPointer(app: JupyterFrontEnd): string | undefined {
  return app.contextMenuHitTest(node => node.classList.contains(ROW_CLASS))
    ?.dataset.clusterId;
}
