import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect } from 'react';
import { ErrorMessage } from '../../../components/alert';
import { TextButton } from '../../../components/button';
import { Fold } from '../../../components/fold';
import { Loading } from '../../../components/loading';
import { TitleWithHint } from '../../../components/text';
import { IPlatform } from '../../../tokens';
import { LaunchModel } from '../model';

/** Milliseconds between searches that read files only. */
const SEARCH_INTERVAL = 5000;

/**
 * The clusters of the user that were not started here, to join them. They are the
 * main thing on a platform that launches none: the section is expanded there at
 * first, and kept up to date.
 */
export function DiscoveredClusters(props: {
  model: LaunchModel;
  platform: IPlatform;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const onlyJoins = !props.platform.launches;
  const { error, pending, value } = model.queries.clusters;
  useEffect(() => {
    model.request('clusters', onlyJoins);
    return () => model.request('clusters', false);
  }, [model, onlyJoins]);
  useEffect(() => {
    if (!onlyJoins) {
      return;
    }
    const timer = window.setInterval(
      () => document.hidden || model.searchAgain(),
      SEARCH_INTERVAL
    );
    return () => window.clearInterval(timer);
  }, [model, onlyJoins]);
  return (
    <Fold
      name="found"
      label={trans.__('Join a running cluster')}
      isOpen={onlyJoins}
      onToggle={open => model.request('clusters', open)}
    >
      <ErrorMessage error={error} />
      {pending && !value && <Loading text={trans.__('Searching…')} />}
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
              busy={model.submission.busy}
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
