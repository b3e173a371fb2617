import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect } from 'react';
import { ErrorMessage } from '../../components/alert';
import { TextButton } from '../../components/button';
import { Fold } from '../../components/fold';
import { Loading } from '../../components/loading';
import { TitleWithHint } from '../../components/text';
import { LaunchModel } from './model';

/**
 * The clusters of the user that were not started here, to join them.
 */
export function DiscoveredClusters(props: {
  model: LaunchModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const { error, pending, value } = model.queries.clusters;
  useEffect(() => () => model.request('clusters', false), [model]);
  return (
    <Fold
      name="found"
      label={trans.__('Join a running cluster')}
      onToggle={open => model.request('clusters', open)}
    >
      <ErrorMessage error={error} />
      {pending && <Loading text={trans.__('Searching…')} />}
      {value?.length === 0 && (
        <p className="jp-ClusterLauncher-hint">
          {trans.__('You have no other running clusters.')}
        </p>
      )}
      <ul className="jp-ClusterLauncher-found">
        {value?.map(({ id, title, description }) => (
          <li key={id}>
            <TitleWithHint title={title} hint={description} />
            <TextButton
              aria-label={trans.__('Join %1', title)}
              onClick={() => void model.launch(id)}
            >
              {trans.__('Join')}
            </TextButton>
          </li>
        ))}
      </ul>
    </Fold>
  );
}
