import { closeIcon, ellipsesIcon, LabIcon } from '@jupyterlab/ui-components';
import { Menu } from '@lumino/widgets';
import React from 'react';
import { CommandIDs } from '../commands';
import { dashboardIcon, insertIcon, logIcon } from '../icons';
import { hasEnded } from '../words';
import { IRowProps } from './row';

/**
 * The buttons of a row.
 */
export function RowActions({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  const run = (command: string) => () => void commands.execute(command, args);
  const running = cluster.state === 'running';
  return (
    <div
      className="jp-ClusterLauncher-actions"
      role="group"
      aria-label={trans.__('Actions for %1', cluster.name)}
    >
      {running && (
        <>
          <IconButton
            icon={insertIcon}
            action="insert"
            label={trans.__('Insert the code that connects to this cluster')}
            disabled={cluster.code.connect === null}
            onClick={run(CommandIDs.insert)}
          />
          <IconButton
            icon={dashboardIcon}
            action="dashboards"
            label={trans.__('Dashboard and plots')}
            disabled={cluster.dashboard_url === null}
            menu
            onClick={event => openMenu(event, plotsMenu(cluster, context))}
          />
        </>
      )}
      <IconButton
        icon={logIcon}
        action="logs"
        label={trans.__('Logs')}
        onClick={run(CommandIDs.showLogs)}
      />
      <IconButton
        icon={ellipsesIcon}
        action="more"
        label={trans.__('More actions')}
        menu
        onClick={event => openMenu(event, moreMenu(cluster, context))}
      />
      <IconButton
        icon={closeIcon}
        action="stop"
        label={hasEnded(cluster) ? trans.__('Dismiss') : trans.__('Stop')}
        disabled={cluster.state === 'closing'}
        onClick={run(CommandIDs.stop)}
      />
    </div>
  );
}

/**
 * A button that is an icon, with words for those who cannot see it.
 */
function IconButton(props: {
  icon: LabIcon;
  action: string;
  label: string;
  disabled?: boolean;
  menu?: boolean;
  onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-ClusterLauncher-iconButton"
      data-action={props.action}
      title={props.label}
      aria-label={props.label}
      aria-haspopup={props.menu ? 'menu' : undefined}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" />
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
 * The whole dashboard and every plot that the scheduler offers.
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
  if (cluster.dashboards.length > 0) {
    menu.addItem({ type: 'separator' });
  }
  for (const { name, title } of cluster.dashboards) {
    menu.addItem({
      command: CommandIDs.openDashboard,
      args: { id, name, title }
    });
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
    menu.addItem({ command: CommandIDs.copy, args: { id, kind: 'connect' } });
  }
  menu.addItem({ command: CommandIDs.insertCreate, args: { id } });
  menu.addItem({ command: CommandIDs.copy, args: { id, kind: 'create' } });
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.rename, args: { id } });
  menu.addItem({ command: CommandIDs.toggleKeepRunning, args: { id } });
  return menu;
}
