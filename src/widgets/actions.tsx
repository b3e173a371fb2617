import { closeIcon, ellipsesIcon, LabIcon } from '@jupyterlab/ui-components';
import { Menu } from '@lumino/widgets';
import React from 'react';
import { CommandIDs } from '../commands';
import { dashboardIcon, insertIcon, logIcon } from '../icons';
import { IDashboard } from '../tokens';
import { hasEnded } from '../words';
import { IRowProps } from './row';

/**
 * What is done with a cluster all day, with words.
 */
export function RowActions({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  const running = cluster.state === 'running';
  return (
    <div
      className="jp-ClusterLauncher-actions"
      role="group"
      aria-label={trans.__('Actions for %1', cluster.name)}
    >
      {running && (
        <>
          <ActionButton
            icon={insertIcon}
            action="insert"
            text={trans.__('Code')}
            label={trans.__('Insert the code that connects to this cluster')}
            disabled={cluster.code.connect === null}
            onClick={() => void commands.execute(CommandIDs.insert, args)}
          />
          <ActionButton
            icon={dashboardIcon}
            action="dashboards"
            text={trans.__('Plots')}
            label={trans.__('Dashboard and plots')}
            disabled={cluster.dashboard_url === null}
            menu
            onClick={event => openMenu(event, plotsMenu(cluster, context))}
          />
        </>
      )}
      <ActionButton
        icon={logIcon}
        action="logs"
        text={trans.__('Logs')}
        label={trans.__('Logs')}
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      />
    </div>
  );
}

/**
 * What is done with a cluster once: a menu, and its end.
 */
export function RowCorner({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  return (
    <div className="jp-ClusterLauncher-corner">
      <ActionButton
        icon={ellipsesIcon}
        action="more"
        label={trans.__('More actions for %1', cluster.name)}
        menu
        onClick={event => openMenu(event, moreMenu(cluster, context))}
      />
      <ActionButton
        icon={closeIcon}
        action="stop"
        label={
          hasEnded(cluster)
            ? trans.__('Dismiss %1', cluster.name)
            : trans.__('Stop %1', cluster.name)
        }
        disabled={cluster.state === 'closing'}
        onClick={() => void commands.execute(CommandIDs.stop, args)}
      />
    </div>
  );
}

/**
 * A button with an icon and, where there is room, a word.
 */
function ActionButton(props: {
  icon: LabIcon;
  action: string;
  /** What a screen reader says, and the tooltip. */
  label: string;
  text?: string;
  disabled?: boolean;
  menu?: boolean;
  onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-ClusterLauncher-action"
      data-action={props.action}
      title={props.label}
      aria-label={props.label}
      aria-haspopup={props.menu ? 'menu' : undefined}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" />
      {props.text && (
        <span className="jp-ClusterLauncher-actionText">{props.text}</span>
      )}
    </button>
  );
}

/** Open a menu below the button that was pressed. */
function openMenu(
  event: React.MouseEvent<HTMLButtonElement>,
  menu: Menu
): void {
  const button = event.currentTarget;
  const { left, bottom } = button.getBoundingClientRect();
  menu.aboutToClose.connect(() => {
    button.focus();
    // The chosen command still runs after the menu closed.
    requestAnimationFrame(() => menu.dispose());
  }, menu);
  menu.open(left, bottom);
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
export function plotsMenu(
  cluster: IRowProps['cluster'],
  { commands, trans }: IRowProps['context']
): Menu {
  const menu = new Menu({ commands });
  menu.title.label = trans.__('Dashboard and plots');
  const { id } = cluster;
  menu.addItem({ command: CommandIDs.openDashboard, args: { id } });
  if (commands.hasCommand('dask:populate-dashboard-url')) {
    menu.addItem({ command: CommandIDs.pointDask, args: { id } });
  }
  const add = (target: Menu, plots: IDashboard[]): void =>
    plots.forEach(({ name, title }) =>
      target.addItem({
        command: CommandIDs.openDashboard,
        args: { id, name, title }
      })
    );
  const rank = ({ name }: IDashboard): number => FAVOURITES.indexOf(name);
  const favourites = cluster.dashboards
    .filter(plot => rank(plot) !== -1)
    .sort((a, b) => rank(a) - rank(b));
  const others = cluster.dashboards.filter(plot => rank(plot) === -1);
  if (favourites.length > 0) {
    menu.addItem({ type: 'separator' });
    add(menu, favourites);
  }
  if (others.length > 0) {
    const more = new Menu({ commands });
    more.title.label = trans.__('All Plots');
    add(more, cluster.dashboards.slice());
    menu.addItem({ type: 'submenu', submenu: more });
  }
  return menu;
}

/**
 * What is done less often.
 */
export function moreMenu(
  cluster: IRowProps['cluster'],
  { commands }: IRowProps['context']
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
