import { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, ellipsesIcon, stopIcon } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { CommandIDs } from '../../commands/ids';
import { IconButton } from '../../components/button';
import { hasEnded } from '../../format';
import { dashboardIcon, insertIcon, logIcon, scaleIcon } from '../../icons';
import { ICluster } from '../../tokens';
import { moreMenu, openMenu, plotsMenu } from './menus';
import { IRowProps } from './props';
import { Scale } from './scale';

/**
 * The buttons for the most used commands.
 */
export function RowActions(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  const [isScaling, setScaling] = useState(false);
  // Until the server has answered: a form that is gone cannot say why it refused.
  const [busy, setBusy] = useState(false);
  const isRunning = cluster.state === 'running';
  return (
    <>
      {isRunning && isScaling && (
        <Scale
          {...props}
          busy={busy}
          onBusy={setBusy}
          onDone={() => setScaling(false)}
        />
      )}
      <ActionButtons
        {...{ cluster, context, isScaling }}
        onScale={() => busy || setScaling(!isScaling)}
      />
    </>
  );
}

/**
 * The buttons themselves.
 *
 * @param props.isScaling - whether the form that scales is shown
 * @param props.onScale - shows or hides it
 */
function ActionButtons(props: {
  cluster: IRowProps['cluster'];
  context: IRowProps['context'];
  isScaling: boolean;
  onScale: () => void;
}): JSX.Element {
  const { cluster, context, isScaling, onScale } = props;
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
            label={trans.__('Insert code that connects to %1', cluster.name)}
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
          {cluster.scalable && (
            <IconButton
              icon={scaleIcon}
              action="scale"
              text={trans.__('Scale')}
              label={trans.__('Scale %1', cluster.name)}
              expanded={isScaling}
              onClick={onScale}
            />
          )}
        </>
      )}
      <IconButton
        icon={logIcon}
        action="logs"
        text={trans.__('Logs')}
        label={trans.__('Logs of %1', cluster.name)}
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      />
    </div>
  );
}

/** The tooltip of the dashboard, which says who else can open it. */
function dashboardLabel(cluster: ICluster, trans: TranslationBundle): string {
  const label = trans.__('Dashboard and plots of %1', cluster.name);
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
        icon={hasEnded(cluster) ? closeIcon : stopIcon}
        action="stop"
        label={
          cluster.state === 'lost'
            ? trans.__('Clean up %1', cluster.name)
            : hasEnded(cluster)
              ? trans.__('Dismiss %1', cluster.name)
              : trans.__('Stop %1', cluster.name)
        }
        disabled={['closing', 'elsewhere'].includes(cluster.state)}
        onClick={() => void commands.execute(CommandIDs.stop, args)}
      />
      <IconButton
        icon={ellipsesIcon}
        action="more"
        label={trans.__('More actions for %1', cluster.name)}
        menu
        onClick={event =>
          openMenu(event.currentTarget, moreMenu(cluster, context))
        }
      />
    </div>
  );
}
