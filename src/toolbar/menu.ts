import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { ReadonlyJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';
import { CommandIDs } from '../commands/ids';
import { hasEnded, platformText, workersText } from '../format';
import { clusterIcon, menuIcon } from '../icons';
import { insertOrNotify } from '../notebook/insert';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { clusterFor } from './state';

/** The commands of the menu take no arguments. */
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } };

/** What the menu works with. */
export interface IMenuOptions {
  /** The clusters. */
  clusters: IClusters;
  /** The commands of the application. */
  commands: CommandRegistry;
  /** The open notebooks. */
  notebooks: INotebooks;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Create the menu of a notebook's cluster: connect to another one, launch, and
 * what can be done with its own.
 */
export function notebookMenu(
  panel: NotebookPanel,
  options: IMenuOptions
): Menu {
  const { clusters, commands, notebooks, trans } = options;
  const own = clusterFor(panel, notebooks, clusters);
  const menu = new MenuSvg({ commands: new CommandRegistry() });
  menu.title.label = trans.__('Dask Cluster');
  menu.addClass('jp-ClusterLauncher-notebookMenu');
  const items = new Items(menu, commands);
  for (const cluster of clusters.clusters) {
    if (cluster.state === 'running' && cluster.code.connect !== null) {
      items.add({
        label: connectLabel(cluster, own.cluster, trans),
        isToggled: cluster.id === own.cluster?.id,
        execute: () =>
          insertOrNotify(cluster, 'connect', notebooks, trans, { panel })
      });
    }
  }
  items.separate();
  const notebook = { notebook: panel.context.path };
  if (own.hasStopped) {
    const id = own.cluster?.id ?? notebooks.clusterOf(panel)!;
    items.addCommand(CommandIDs.launchAgain, { id });
  }
  items.addCommand(CommandIDs.launchRequested, notebook);
  items.addCommand(CommandIDs.launchLast, notebook);
  items.add({
    label: trans.__('New Cluster…'),
    icon: true,
    execute: () => commands.execute(CommandIDs.open, { form: true })
  });
  items.separate();
  if (own.cluster) {
    addOwn(items, own.cluster);
  }
  items.separate();
  items.addCommand(CommandIDs.toggleConnect, notebook);
  items.addCommand(CommandIDs.toggleStop, notebook);
  return menu;
}

/** Add what can be done with the cluster of the notebook. */
function addOwn(items: Items, cluster: ICluster): void {
  const { id } = cluster;
  if (cluster.state === 'running') {
    items.addCommand(CommandIDs.openDashboard, { id });
  }
  items.addCommand(CommandIDs.showLogs, { id });
  if (!hasEnded(cluster) && cluster.state !== 'closing') {
    items.addCommand(CommandIDs.stop, { id });
  }
}

/** The label of the item that connects to a cluster. */
function connectLabel(
  cluster: ICluster,
  own: ICluster | null,
  trans: TranslationBundle
): string {
  const details = [platformText(cluster), workersText(cluster, trans)];
  const text = trans.__(
    '%1 (%2)',
    cluster.name,
    details.filter(part => part).join(', ')
  );
  if (cluster.id === own?.id) {
    return trans.__('Connected to %1', text);
  }
  return own ? trans.__('Switch to %1', text) : trans.__('Connect to %1', text);
}

/**
 * The items of a menu, with commands of the menu itself: those of the application
 * cannot have the labels of one notebook.
 */
class Items {
  constructor(
    private _menu: Menu,
    private _commands: CommandRegistry
  ) {}

  /** Add an item. */
  add(item: {
    label: string;
    /** Whether it has a check mark. */
    isToggled?: boolean;
    /** Whether it has the icon of clusters. */
    icon?: boolean;
    execute: () => unknown;
  }): void {
    const { execute, icon, isToggled, label } = item;
    const { commands } = this._menu;
    const command = `item-${this._count++}`;
    commands.addCommand(command, {
      execute,
      label,
      describedBy: NO_ARGUMENTS,
      ...(icon ? { icon: menuIcon(clusterIcon) } : {}),
      ...(isToggled === undefined
        ? {}
        : { isToggleable: true, isToggled: () => isToggled })
    });
    this._menu.addItem({ command });
  }

  /** Add a command of the application, if it is there, enabled and visible. */
  addCommand(id: string, args: ReadonlyJSONObject): void {
    const from = this._commands;
    if (
      !from.hasCommand(id) ||
      !from.isEnabled(id, args) ||
      !from.isVisible(id, args)
    ) {
      return;
    }
    this._menu.commands.addCommand(id, {
      label: from.label(id, args),
      caption: from.caption(id, args),
      describedBy: NO_ARGUMENTS,
      icon: from.icon(id, args) as CommandRegistry.ICommandOptions['icon'],
      isToggleable: from.isToggleable(id, args),
      isToggled: () => from.isToggled(id, args),
      execute: () => from.execute(id, args)
    });
    this._menu.addItem({ command: id });
  }

  /** Add a line, unless nothing is above it. */
  separate(): void {
    const last = this._menu.items[this._menu.items.length - 1];
    if (last && last.type !== 'separator') {
      this._menu.addItem({ type: 'separator' });
    }
  }

  private _count = 0;
}
