import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { ErrorMessage } from '../../components/alert';
import { TextField } from '../../components/fields';
import { Fold } from '../../components/fold';
import { useSignal } from '../../components/hooks';
import { DiscoveredClusters } from './discovered';
import { EnvironmentField } from './environment';
import { LifetimeFields } from './lifetime';
import { LaunchModel } from './model';
import { Options, OptionsStatus } from './options';
import { PlatformPicker } from './platform';
import { Preview } from './preview';
import { WorkersFields } from './workers';

/**
 * The form that launches a cluster.
 */
export function LaunchForm(props: {
  model: LaunchModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  useSignal(model.changed);
  const { busy, platform, queries } = model;
  if (platform === null) {
    return (
      <p className="jp-ClusterLauncher-empty">
        {trans.__(
          'No platforms are installed. Ask your administrator, or run "jupyter cluster-launcher platforms" in a terminal to find out why.'
        )}
      </p>
    );
  }
  const form = model.form(platform);
  const isReady = queries.isReady(platform);
  const fields = {
    ...{ form, platform, trans },
    onChange: model.change.bind(model)
  };
  return (
    <form
      className="jp-ClusterLauncher-launch"
      aria-label={trans.__('Launch a cluster')}
      {...model.preparation.handlers}
      onSubmit={event => {
        event.preventDefault();
        void model.launch();
      }}
    >
      <PlatformPicker
        platforms={queries.platforms.value ?? []}
        selected={platform}
        onSelect={({ name }) => model.select(name)}
        trans={trans}
      />
      <WorkersFields {...fields} />
      <EnvironmentField model={model} trans={trans} />
      {platform.options_from && (
        <OptionsStatus
          query={queries.options}
          onRetry={() => model.retry()}
          trans={trans}
        />
      )}
      <Options
        key={platform.name}
        schema={queries.schema(platform)}
        values={form.options}
        prefix={platform.name}
        onChange={options => model.change({ options })}
        trans={trans}
      />
      <Fold name="lifetime" label={trans.__('Name, lifetime, encryption')}>
        <TextField
          label={trans.__('Name')}
          value={model.name}
          placeholder={trans.__('Generated automatically')}
          onChange={name => (model.name = name)}
        />
        <LifetimeFields {...fields} />
      </Fold>
      {isReady && <Preview {...{ model, platform, trans }} />}
      {platform.finds && platform.available && (
        <DiscoveredClusters model={model} trans={trans} />
      )}
      <ErrorMessage error={model.error} />
      <button
        type="submit"
        className="jp-ClusterLauncher-launchButton jp-mod-styled jp-mod-accept"
        disabled={!isReady || busy}
      >
        {busy ? trans.__('Launching…') : trans.__('Launch')}
      </button>
    </form>
  );
}
