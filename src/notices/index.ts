import { CommandIDs } from '../commands/ids';
import { ICommandOptions, notifyError } from '../commands/pick';
import { copyCode, insertOrNotify } from '../notebook/insert';
import { IPreferences } from '../settings/preferences';
import { ICluster } from '../tokens';
import { INoticeActions } from './actions';
import { createNotebook } from './newnotebook';
import { Notices } from './notices';
import { askForPermission } from './permission';
import { showNotice } from './show';

/** The options of the notices. */
export interface INoticesOptions extends ICommandOptions {
  /** The preferences of the user. */
  preferences: IPreferences;
}

/**
 * Create what notifies the user of clusters.
 */
export function createNotices(options: INoticesOptions): Notices {
  const { clusters, preferences, trans } = options;
  askForPermission(preferences, trans);
  return new Notices(
    clusters,
    options.notebooks ?? null,
    actionsOf(options),
    notice => showNotice(notice, preferences.browserNotifications),
    trans
  );
}

/** What the buttons of notices do. */
function actionsOf(options: INoticesOptions): INoticeActions {
  const { app, clusters, preferences, trans } = options;
  const notebooks = options.notebooks ?? null;
  const run =
    (command: string) =>
    ({ id }: ICluster): unknown =>
      app.commands.execute(command, { id });
  return {
    insert: (cluster, panel) =>
      notebooks?.users(cluster).length
        ? null
        : () => insertOrNotify(cluster, 'connect', notebooks, trans, { panel }),
    createNotebook: cluster =>
      createNotebook(cluster, {
        ...{ app, clusters, notebooks },
        template: preferences.codeTemplate
      }).catch(notifyError),
    copy: cluster => copyCode(cluster, 'connect', notebooks, trans),
    showLogs: run(CommandIDs.showLogs),
    showDetails: run(CommandIDs.open),
    launchAgain: run(CommandIDs.launchAgain),
    keepJobs: ({ id }, seconds) =>
      clusters.change(id, { renew_for: seconds }).catch(notifyError),
    extend: ({ id }) => clusters.change(id, { keep: true }).catch(notifyError)
  };
}
