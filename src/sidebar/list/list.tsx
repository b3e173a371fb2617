import React, { startTransition, useEffect, useState } from 'react';
import { IPlatform } from '../../tokens';
import { ISidebarContext } from '../context';
import { useSignalValue } from '../../components/hooks';
import { useRowFocus } from './rowfocus';
import { ClusterRow } from './row';

/** The number of rows that are rendered in full immediately. */
const EARLY_ROWS = 4;

/** The number of rows that are rendered at once: more than fit on most screens. */
const FIRST_ROWS = 20;

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
  useRowFocus(section);
  const most = useMost(list.length > 0);
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
          {list.slice(0, most).map((cluster, index) => (
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

/**
 * The number of rows to render: the first ones at once, all as soon as those are
 * drawn. A row that was rendered stays, with what is unfolded or typed in it.
 *
 * @param isKnown - whether there are rows
 */
function useMost(isKnown: boolean): number {
  const [most, setMost] = useState(FIRST_ROWS);
  useEffect(() => {
    if (isKnown) {
      startTransition(() => setMost(Infinity));
    }
  }, [isKnown]);
  return most;
}
