import { IStatusBar } from '@jupyterlab/statusbar';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { IDisposable } from '@lumino/disposable';
import React from 'react';
import { useSignal } from '../components/hooks';
import { isAlive } from '../format';
import { clusterIcon } from '../icons';
import { IClusters } from '../tokens';

/** What the status item is created with. */
interface IStatusProps {
  /** The clusters. */
  clusters: IClusters;
  /** Opens the sidebar. */
  open: () => void;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * An item of the status bar with the number of workers.
 */
class StatusItem extends ReactWidget {
  constructor(private _props: IStatusProps) {
    super();
    this.addClass('jp-ClusterLauncher-status');
  }

  /** Render the number of workers. */
  render(): JSX.Element {
    return <Status {...this._props} />;
  }
}

/**
 * The number of workers of all clusters; nothing if there are no clusters.
 */
function Status({ clusters, open, trans }: IStatusProps): JSX.Element | null {
  useSignal(clusters.changed);
  const alive = clusters.clusters.filter(isAlive);
  if (alive.length === 0) {
    return null;
  }
  const ready = alive.reduce((sum, { workers }) => sum + workers.ready, 0);
  const names = alive.map(({ name }) => name).join(', ');
  return (
    <button
      type="button"
      className="jp-ClusterLauncher-statusButton"
      title={trans.__('Dask clusters: %1', names)}
      onClick={open}
    >
      <clusterIcon.react tag="span" />
      {trans._n('%1 worker', '%1 workers', ready)}
    </button>
  );
}

/**
 * Add the number of workers to the status bar.
 *
 * @param open - opens the sidebar
 */
export function addStatusItem(
  statusBar: IStatusBar,
  clusters: IClusters,
  open: () => void,
  trans: TranslationBundle
): IDisposable {
  return statusBar.registerStatusItem('jupyter-cluster-launcher:status', {
    align: 'left',
    rank: 3,
    item: new StatusItem({ clusters, open, trans })
  });
}
