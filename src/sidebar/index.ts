import { ILayoutRestorer } from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { ILauncher } from '@jupyterlab/launcher';
import { addAgainCommand } from '../commands/again';
import { CommandIDs, ID_PROPERTY, REQUEST_PROPERTIES } from '../commands/ids';
import { ICommandOptions } from '../commands/pick';
import { clusterIcon, menuIcon } from '../icons';
import { AutoInsert } from '../notebook/autoinsert';
import { IPreferences } from '../settings/preferences';
import { Target } from '../notebook/target';
import { createNotices } from '../notices';
import { addRepeatCommands } from '../request/commands';
import { ICluster, INotebooks } from '../tokens';
import { VersionCheck } from '../versions/check';
import { showMismatch } from '../versions/table';
import { addCards } from './cards';
import { mayFocus } from './focus';
import { showPreview } from '../preview';
import { LaunchModel } from './launch/model';
import { ClusterPanel } from './panel';

/** Milliseconds after a reload until documents are open: some open by their address. */
const GRACE = 5000;

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
  /** The launcher, to add cards to. */
  launcher: ILauncher | null;
}

/**
 * Add the sidebar, and the command and the cards of the launcher that open it.
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
  const launched = followLaunches(options, panel);
  launch.submission.launched.connect(
    (_, { cluster, panel: target }) => launched(cluster, target),
    panel
  );
  addAgainCommand({ ...options, launched });
  addRepeatCommands({
    ...options,
    launched,
    platforms: () => launch.queries.platforms.value ?? []
  });
  panel.disposed.connect(() => {
    check.dispose();
    launch.dispose();
  }, panel);
  app.shell.add(panel, 'left', { rank: 350, type: 'Dask Clusters' });
  options.restorer?.add(panel, panel.id);
  addOpenCommand(options, panel, launch);
  if (launcher) {
    const cards = addCards(launcher, launch, trans);
    panel.disposed.connect(() => cards.dispose(), cards);
  }
}

/**
 * Insert the code of launched clusters, and notify the user of them.
 *
 * @returns to be called with each launched cluster, and the notebook or console
 *   that it is for
 */
function followLaunches(
  options: ISidebarOptions,
  panel: ClusterPanel
): (cluster: ICluster, target: Target | null) => void {
  const { app, clusters, notebooks, preferences, trans } = options;
  const notices = createNotices(options);
  const autoInsert = notebooks
    ? new AutoInsert(clusters, notebooks, trans, {
        mayFocus: () => mayFocus(panel.node),
        opened: app.restored.then(
          () => new Promise(resolve => setTimeout(resolve, GRACE))
        ),
        told: id => notices.forget(id),
        unplaced: id => notices.expect(id)
      })
    : null;
  panel.disposed.connect(() => {
    autoInsert?.dispose();
    notices.dispose();
  }, notices);
  return ({ id }, target) => {
    if (!preferences.insertAutomatically) {
      return;
    }
    if (target && autoInsert) {
      autoInsert.expect(id, target);
    } else {
      notices.expect(id);
    }
  };
}

/**
 * Add the command that opens the sidebar, and optionally shows a cluster, or the
 * form with a platform.
 */
function addOpenCommand(
  { app, trans }: ISidebarOptions,
  panel: ClusterPanel,
  launch: LaunchModel
): void {
  app.commands.addCommand(CommandIDs.open, {
    label: args =>
      args.isLauncher
        ? String(args.title ?? trans.__('New Cluster'))
        : trans.__('Dask Clusters'),
    caption: args =>
      args.title
        ? trans.__('Launch a Dask cluster on %1', args.title)
        : trans.__('Launch and manage Dask clusters'),
    // The cards of the launcher have a size of their own.
    icon: ({ isLauncher }) =>
      isLauncher ? clusterIcon : menuIcon(clusterIcon),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...ID_PROPERTY,
          platform: REQUEST_PROPERTIES.platform,
          form: {
            type: 'boolean',
            description: 'Whether to show the form that launches a cluster.'
          }
        }
      }
    },
    execute: args => {
      if (typeof args.platform === 'string') {
        launch.select(args.platform);
      }
      if (args.platform || args.form || args.isLauncher) {
        launch.fold.set(true);
      }
      const id = typeof args.id === 'string' ? args.id : null;
      app.shell.activateById(panel.id);
      // The command palette gives the focus back after it has run a command.
      requestAnimationFrame(() => panel.activateRow(id));
    }
  });
}
