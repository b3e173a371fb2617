import React, { useState } from 'react';
import { IPlatform } from '../../tokens';
import { ISidebarContext } from '../context';
import { useSignalValue } from '../../components/hooks';
import { ClusterRow } from './row';

/** The number of rows that are rendered in full immediately. */
const EARLY_ROWS = 4;

/**
 * The list of clusters, newest first.
 */
export function ClusterList(props: {
  context: ISidebarContext;
  platforms: ReadonlyArray<IPlatform>;
}): JSX.Element {
  const { context, platforms } = props;
  const { clusters, trans } = context;
  const list = useSignalValue(clusters.changed, () => clusters.clusters);
  const isKnown = useSignalValue(
    clusters.changed,
    () => clusters.status === 'ready'
  );
  const [section, setSection] = useState<Element | null>(null);
  return (
    <section
      ref={setSection}
      className="jp-ClusterLauncher-clusters"
      aria-label={trans.__('Clusters')}
    >
      {list.length === 0 ? (
        isKnown && (
          <p className="jp-ClusterLauncher-empty">
            {trans.__(
              'No clusters yet. Choose a platform above and select Launch.'
            )}
          </p>
        )
      ) : (
        <ul className="jp-ClusterLauncher-list">
          {list.map((cluster, index) => (
            <ClusterRow
              key={cluster.id}
              cluster={cluster}
              context={context}
              early={index < EARLY_ROWS}
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
