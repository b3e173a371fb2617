import { ILayoutRestorer } from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { ILauncher } from '@jupyterlab/launcher';
import { addAgainCommand } from '../commands/again';
import { CommandIDs, ID_PROPERTY } from '../commands/ids';
import { ICommandOptions, ROW_CLASS } from '../commands/pick';
import { clusterIcon } from '../icons';
import { AutoInsert } from '../notebook/autoinsert';
import { IPreferences } from '../settings/preferences';
import { INotebooks } from '../tokens';
import { VersionCheck } from '../versions/check';
import { showMismatch } from '../versions/table';
import { mayFocus } from './focus';
import { showPreview } from '../preview';
import { LaunchModel } from './launch/model';
import { ClusterPanel } from './panel';

/** The options of the sidebar. */
export interface ISidebarOptions extends ICommandOptions {
  /** The notebooks, to insert code in. */
  notebooks: INotebooks | null;
  /** The preferences of the user. */
  preferences: IPreferences;
  /** Restores the sidebar after a reload. */
  restorer: ILayoutRestorer | null;
  /** Whether the main area has tabs, as in JupyterLab but not Notebook 7. */
  hasTabs: boolean;
  /** The languages of the editor, to highlight code. */
  languages: IEditorLanguageRegistry | null;
  /** The launcher, to add a card to. */
  launcher: ILauncher | null;
}

/**
 * Add the sidebar, and the command and the card of the launcher that open it.
 */
export function addSidebar(options: ISidebarOptions): void {
  const { app, clusters, launcher, notebooks, preferences, trans } = options;
  const { kernelspecs } = app.serviceManager;
  const launch = new LaunchModel({
    clusters,
    kernelspecs,
    notebooks,
    preferences
  });
  const check = new VersionCheck(clusters, notebooks, mismatch => {
    void showMismatch(mismatch, trans);
  });
  const panel = new ClusterPanel({
    ...{ check, clusters, launch, notebooks, trans },
    commands: app.commands,
    showCode: () => {
      const { hasTabs, languages } = options;
      void showPreview({ app, hasTabs, languages, model: launch, trans });
    }
  });
  const autoInsert = new AutoInsert(clusters, notebooks, trans, () =>
    mayFocus(panel.node)
  );
  launch.submission.launched.connect((_, { cluster, panel }) => {
    if (preferences.insertAutomatically) {
      autoInsert.expect(cluster.id, panel);
    }
  }, autoInsert);
  void Promise.all([app.restored, clusters.ready]).then(() =>
    autoInsert.resume()
  );
  addAgainCommand({
    ...options,
    launched: (cluster, target) => {
      if (preferences.insertAutomatically) {
        autoInsert.expect(cluster.id, target);
      }
    }
  });
  panel.disposed.connect(() => {
    autoInsert.dispose();
    check.dispose();
    launch.dispose();
  }, panel);
  app.shell.add(panel, 'left', { rank: 350, type: 'Dask Clusters' });
  options.restorer?.add(panel, panel.id);
  addOpenCommand(options, panel);
  launcher?.add({
    command: CommandIDs.open,
    args: { isLauncher: true },
    category: trans.__('Other'),
    rank: 50
  });
}

/** Add the command that opens the sidebar, and optionally shows a cluster. */
function addOpenCommand(
  { app, trans }: ISidebarOptions,
  panel: ClusterPanel
): void {
  app.commands.addCommand(CommandIDs.open, {
    label: args =>
      args.isLauncher ? trans.__('Dask Cluster') : trans.__('Dask Clusters'),
    caption: trans.__('Launch and manage Dask clusters'),
    icon: clusterIcon,
    describedBy: { args: { type: 'object', properties: ID_PROPERTY } },
    execute: args => {
      app.shell.activateById(panel.id);
      // The command palette gives the focus back after it has run a command.
      requestAnimationFrame(() => panel.activate());
      if (typeof args.id === 'string') {
        const id = CSS.escape(args.id);
        panel.node
          .querySelector(`.${ROW_CLASS}[data-cluster-id="${id}"]`)
          ?.scrollIntoView({ block: 'nearest' });
      }
    }
  });
}
