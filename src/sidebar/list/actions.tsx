import { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { CommandIDs } from '../../commands/ids';
import { IconButton } from '../../components/button';
import { hasEnded } from '../../format';
import { dashboardIcon, insertIcon, logIcon } from '../../icons';
import { ICluster } from '../../tokens';
import { moreMenu, openMenu, plotsMenu } from './menus';
import { IRowProps } from './props';

/**
 * The buttons for the most used commands.
 */
export function RowActions({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  return (
    <div
      className="jp-ClusterLauncher-actions"
      role="group"
      aria-label={trans.__('Actions for %1', cluster.name)}
    >
      {cluster.state === 'running' && (
        <>
          <IconButton
            icon={insertIcon}
            action="insert"
            text={trans.__('Code')}
            label={trans.__('Insert code that connects to this cluster')}
            disabled={cluster.code.connect === null}
            onClick={() => void commands.execute(CommandIDs.insert, args)}
          />
          <IconButton
            icon={dashboardIcon}
            action="dashboards"
            text={trans.__('Plots')}
            label={dashboardLabel(cluster, trans)}
            disabled={cluster.dashboard_url === null}
            menu
            onClick={event =>
              openMenu(event.currentTarget, plotsMenu(cluster, context))
            }
          />
        </>
      )}
      <IconButton
        icon={logIcon}
        action="logs"
        text={trans.__('Logs')}
        label={trans.__('Logs')}
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      />
    </div>
  );
}

/** The tooltip of the dashboard, which says who else can open it. */
function dashboardLabel(cluster: ICluster, trans: TranslationBundle): string {
  const label = trans.__('Dashboard and plots');
  return cluster.dashboard_access
    ? `${label}. ${cluster.dashboard_access}`
    : label;
}

/**
 * The buttons in the corner of a row: a menu, and stop or dismiss.
 */
export function RowCorner({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  return (
    <div className="jp-ClusterLauncher-corner">
      <IconButton
        icon={ellipsesIcon}
        action="more"
        label={trans.__('More actions for %1', cluster.name)}
        menu
        onClick={event =>
          openMenu(event.currentTarget, moreMenu(cluster, context))
        }
      />
      <IconButton
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
