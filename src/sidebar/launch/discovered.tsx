import { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';
import { IClusters, IPlatform } from '../../tokens';
import { Fold } from '../../components/fields';
import { useAnswer, useSignal } from '../../components/hooks';
import { Pending } from '../../components/loading';

/**
 * Clusters of this person that were made elsewhere, to be taken over.
 */
export function FoundClusters(props: {
  clusters: IClusters;
  kernelName: string | undefined;
  platform: IPlatform;
  onAdopt: (id: string) => Promise<void>;
  trans: TranslationBundle;
}): JSX.Element {
  const { clusters, kernelName, platform, onAdopt, trans } = props;
  const [open, setOpen] = useState(false);
  useSignal(clusters.changed);
  const known = clusters.clusters.map(cluster => cluster.id).join();
  const found = useAnswer(
    open ? () => clusters.found(platform.name, kernelName) : null,
    `${platform.name} ${kernelName} ${known}`
  );
  return (
    <Fold name="found" label={trans.__('Running elsewhere')} onToggle={setOpen}>
      {found.error !== null && (
        <p role="alert" className="jp-ClusterLauncher-error">
          {found.error}
        </p>
      )}
      {found.pending && found.value === null && (
        <Pending text={trans.__('Looking…')} />
      )}
      {found.value?.length === 0 && (
        <p className="jp-ClusterLauncher-hint">
          {trans.__('No other cluster of yours was found.')}
        </p>
      )}
      <ul className="jp-ClusterLauncher-found">
        {found.value?.map(({ id, title, description }) => (
          <li key={id}>
            <span className="jp-ClusterLauncher-pickerText">
              <span className="jp-ClusterLauncher-platformTitle">{title}</span>
              <span className="jp-ClusterLauncher-hint">{description}</span>
            </span>
            <button
              type="button"
              className="jp-mod-styled jp-mod-minimal"
              aria-label={trans.__('Join %1', title)}
              onClick={() => void onAdopt(id)}
            >
              {trans.__('Join')}
            </button>
          </li>
        ))}
      </ul>
    </Fold>
  );
}
