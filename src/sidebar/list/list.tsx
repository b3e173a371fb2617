import React, { useState } from 'react';
import { IPlatform } from '../../tokens';
import { ISidebarContext } from '../context';
import { useRead } from '../../components/hooks';
import { ClusterRow } from './row';

/** How many rows are drawn in full at once: what most people ever have. */
const EARLY = 4;

/**
 * All clusters, newest first.
 */
export function ClusterList(props: {
  context: ISidebarContext;
  platforms: ReadonlyArray<IPlatform>;
}): JSX.Element {
  const { context, platforms } = props;
  const { clusters, trans } = context;
  const list = useRead(clusters.changed, () => clusters.clusters);
  const [section, setSection] = useState<Element | null>(null);
  return (
    <section
      ref={setSection}
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
          {list.map((cluster, index) => (
            <ClusterRow
              key={cluster.id}
              cluster={cluster}
              context={context}
              early={index < EARLY}
              platform={platforms.find(
                platform => platform.name === cluster.platform
              )}
              viewport={section && section.parentElement}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
