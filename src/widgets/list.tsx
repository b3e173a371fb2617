import React from 'react';
import { IPlatform } from '../tokens';
import { ISidebarContext } from './context';
import { useSignal } from './hooks';
import { ClusterRow } from './row';

/**
 * All clusters, newest first.
 */
export function ClusterList(props: {
  context: ISidebarContext;
  platforms: ReadonlyArray<IPlatform>;
}): JSX.Element {
  const { context, platforms } = props;
  const { clusters, trans } = context;
  useSignal(clusters.changed);
  const list = clusters.clusters;
  return (
    <section
      className="jp-ClusterLauncher-clusters"
      aria-label={trans.__('Clusters')}
    >
      <h2 className="jp-ClusterLauncher-heading">{trans.__('Clusters')}</h2>
      {list.length === 0 ? (
        <p className="jp-ClusterLauncher-empty">
          {trans.__('None yet. Pick a platform above and press Launch.')}
        </p>
      ) : (
        <ul className="jp-ClusterLauncher-list">
          {list.map(cluster => (
            <ClusterRow
              key={cluster.id}
              cluster={cluster}
              context={context}
              platform={platforms.find(
                platform => platform.name === cluster.platform
              )}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
