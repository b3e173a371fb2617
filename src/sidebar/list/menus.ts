import { MenuSvg } from '@jupyterlab/ui-components';
import { Menu } from '@lumino/widgets';
import { CommandIDs } from '../../commands/ids';
import { ROW_ITEMS, traitsOf } from '../../commands/rowitems';
import { hasDaskLabextension } from '../../dashboard/dasklabextension';
import { ICluster, IPlot } from '../../tokens';
import { ISidebarContext } from '../context';

/** How many menus were asked for: the last one is opened. */
let asked = 0;

/**
 * Open a menu below a button, unless the user has gone on when it is there: it would
 * take the keys from what has the focus by then.
 */
export async function openMenu(
  button: HTMLElement,
  menu: Menu | Promise<Menu>
): Promise<void> {
  const number = ++asked;
  const focused = document.activeElement;
  const opened = await menu;
  const isWanted =
    number === asked &&
    button.isConnected &&
    document.activeElement === focused;
  if (!isWanted) {
    opened.dispose();
    return;
  }
  const { left, bottom } = button.getBoundingClientRect();
  opened.aboutToClose.connect(() => {
    button.focus();
    // The selected command runs after the menu has closed.
    requestAnimationFrame(() => opened.dispose());
  }, opened);
  opened.open(left, bottom);
}

/**
 * The most used plots, in the order to show. Those that the scheduler does not
 * offer are omitted.
 */
const COMMON_PLOTS = [
  'individual-task-stream',
  'individual-progress',
  'individual-workers-memory',
  'individual-cpu',
  'individual-workers',
  'individual-graph'
];

/**
 * Create a menu with the dashboard and the plots that the scheduler offers: the
 * most used ones in the menu itself, all of them in a submenu.
 */
export async function plotsMenu(
  cluster: ICluster,
  { clusters, commands, trans }: ISidebarContext
): Promise<Menu> {
  // The dashboard can be opened even if its plots cannot be listed.
  const plots = await clusters.plots(cluster.id).catch(() => []);
  const menu = new Menu({ commands });
  menu.title.label = trans.__('Dashboard and plots');
  const { id } = cluster;
  menu.addItem({ command: CommandIDs.openDashboard, args: { id } });
  menu.addItem({ command: CommandIDs.openDashboardTab, args: { id } });
  menu.addItem({ command: CommandIDs.openPlots, args: { id } });
  if (hasDaskLabextension(commands)) {
    menu.addItem({ command: CommandIDs.showInDaskLabextension, args: { id } });
  }
  const add = (target: Menu, shown: IPlot[]): void =>
    shown.forEach(({ name, title }) =>
      target.addItem({
        command: CommandIDs.openDashboard,
        args: { id, name, title }
      })
    );
  const rank = ({ name }: IPlot): number => COMMON_PLOTS.indexOf(name);
  const common = plots
    .filter(plot => rank(plot) !== -1)
    .sort((a, b) => rank(a) - rank(b));
  const others = plots.filter(plot => rank(plot) === -1);
  if (common.length > 0) {
    menu.addItem({ type: 'separator' });
    add(menu, common);
  }
  if (others.length > 0) {
    const more = new Menu({ commands });
    more.title.label = trans.__('All Plots');
    add(more, plots);
    menu.addItem({ type: 'submenu', submenu: more });
  }
  return menu;
}

/**
 * Create a menu with all commands for a cluster, as in its context menu.
 */
export function moreMenu(
  cluster: ICluster,
  { commands }: ISidebarContext
): Menu {
  const menu = new MenuSvg({ commands }); // with check marks
  const traits = traitsOf(cluster);
  for (const item of ROW_ITEMS) {
    if ('type' in item) {
      menu.addItem(item);
    } else if (!item.trait || traits.includes(item.trait)) {
      const { args, command } = item;
      menu.addItem({ command, args: { ...args, id: cluster.id } });
    }
  }
  return menu;
}
