import { closeIcon, ellipsesIcon, LabIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { CommandIDs } from '../../commands';
import { dashboardIcon, insertIcon, logIcon } from '../../icons';
import { hasEnded } from '../../format';
import { IRowProps } from '../context';
import { moreMenu, openMenu, plotsMenu } from './menus';

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
            onClick={event =>
              openMenu(event.currentTarget, plotsMenu(cluster, context))
            }
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
        onClick={event =>
          openMenu(event.currentTarget, moreMenu(cluster, context))
        }
      />
      <ActionButton
        icon={closeIcon}
        action="stop"
        label={
          hasEnded(cluster)
            ? trans.__('Dismiss %1', cluster.name)
            : trans.__('Stop %1', cluster.name)
        }
        disabled={['closing', 'elsewhere'].includes(cluster.state)}
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
