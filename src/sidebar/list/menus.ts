import { Menu } from '@lumino/widgets';
import { CommandIDs } from '../../commands';
import { hasDaskPanes } from '../../dashboard/dasklabextension';
import { ICluster, IPlot } from '../../tokens';
import { ISidebarContext } from '../context';

/**
 * Open a menu below a button.
 */
export async function openMenu(
  button: HTMLElement,
  menu: Menu | Promise<Menu>
): Promise<void> {
  const opened = await menu;
  const { left, bottom } = button.getBoundingClientRect();
  opened.aboutToClose.connect(() => {
    button.focus();
    // The chosen command still runs after the menu closed.
    requestAnimationFrame(() => opened.dispose());
  }, opened);
  opened.open(left, bottom);
}

/**
 * Plots that people look at most, in the order to show. What there is, the
 * scheduler says; those it does not have are left out.
 */
const FAVOURITES = [
  'individual-task-stream',
  'individual-progress',
  'individual-workers-memory',
  'individual-cpu',
  'individual-workers',
  'individual-graph'
];

/**
 * The whole dashboard and every plot that the scheduler offers: the most used
 * at once, the others one step away.
 */
export async function plotsMenu(
  cluster: ICluster,
  { clusters, commands, trans }: ISidebarContext
): Promise<Menu> {
  // Without its plots the dashboard can be opened all the same.
  const plots = await clusters.plots(cluster.id).catch(() => []);
  const menu = new Menu({ commands });
  menu.title.label = trans.__('Dashboard and plots');
  const { id } = cluster;
  menu.addItem({ command: CommandIDs.openDashboard, args: { id } });
  if (hasDaskPanes(commands)) {
    menu.addItem({ command: CommandIDs.pointDask, args: { id } });
  }
  const add = (target: Menu, shown: IPlot[]): void =>
    shown.forEach(({ name, title }) =>
      target.addItem({
        command: CommandIDs.openDashboard,
        args: { id, name, title }
      })
    );
  const rank = ({ name }: IPlot): number => FAVOURITES.indexOf(name);
  const favourites = plots
    .filter(plot => rank(plot) !== -1)
    .sort((a, b) => rank(a) - rank(b));
  const others = plots.filter(plot => rank(plot) === -1);
  if (favourites.length > 0) {
    menu.addItem({ type: 'separator' });
    add(menu, favourites);
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
 * What is done less often.
 */
export function moreMenu(
  cluster: ICluster,
  { commands }: ISidebarContext
): Menu {
  const menu = new Menu({ commands });
  const { id } = cluster;
  if (cluster.code.connect !== null) {
    menu.addItem({ command: CommandIDs.insertShort, args: { id } });
    menu.addItem({ command: CommandIDs.copy, args: { id, kind: 'connect' } });
  }
  menu.addItem({ command: CommandIDs.insertCreate, args: { id } });
  menu.addItem({ command: CommandIDs.copy, args: { id, kind: 'create' } });
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.rename, args: { id } });
  menu.addItem({ command: CommandIDs.toggleKeepRunning, args: { id } });
  return menu;
}
