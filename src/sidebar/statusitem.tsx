import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { clusterIcon } from '../icons';
import { IClusters } from '../tokens';
import { isAlive } from '../format';
import { useSignal } from '../components/hooks';

/**
 * An item of the status bar: how many clusters and workers there are.
 */
export class StatusItem extends ReactWidget {
  constructor(
    private _clusters: IClusters,
    private _open: () => void,
    private _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ClusterLauncher-status');
  }

  render(): JSX.Element {
    return (
      <Status clusters={this._clusters} open={this._open} trans={this._trans} />
    );
  }
}

/**
 * The workers of all clusters in one line; nothing where there is no cluster.
 */
export function Status(props: {
  clusters: IClusters;
  open: () => void;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { clusters, open, trans } = props;
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
