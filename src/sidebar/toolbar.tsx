import { addIcon, refreshIcon, settingsIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { IconButton } from '../components/button';
import { useSignal } from '../components/hooks';
import { ISidebarContext } from './context';

/** The command of JupyterLab and Notebook 7 that shows settings. */
const SETTINGS = 'settingeditor:open';

/**
 * The title of the sidebar, with buttons for a new cluster, to refresh, and for
 * the settings.
 *
 * @param props.onRefresh - fetches everything again
 */
export function Toolbar(props: {
  context: ISidebarContext;
  onRefresh: () => void;
}): JSX.Element {
  const { context, onRefresh } = props;
  const { commands, launch, trans } = context;
  useSignal(launch.changed);
  const { fold } = launch;
  return (
    <div className="jp-ClusterLauncher-title">
      <h2>{trans.__('Dask Clusters')}</h2>
      <div
        className="jp-ClusterLauncher-tools"
        role="toolbar"
        aria-label={trans.__('Dask Clusters')}
      >
        <IconButton
          icon={addIcon}
          action="new"
          text={trans.__('New')}
          label={trans.__('New cluster')}
          disabled={launch.platform === null}
          expanded={fold.isOpen}
          onClick={() => fold.set(!fold.isOpen)}
        />
        <IconButton
          icon={refreshIcon}
          action="refresh"
          label={trans.__('Refresh')}
          onClick={onRefresh}
        />
        {commands.hasCommand(SETTINGS) && (
          <IconButton
            icon={settingsIcon}
            action="settings"
            label={trans.__('Settings')}
            onClick={() =>
              void commands.execute(SETTINGS, { query: 'Dask Clusters' })
            }
          />
        )}
      </div>
    </div>
  );
}
