import React from 'react';
import { TextButton } from '../../../components/button';
import { TextField } from '../../../components/fields';
import { Fold } from '../../../components/fold';
import { IPlatform } from '../../../tokens';
import { Advice } from './advice';
import { DiscoveredClusters } from './discovered';
import { EnvironmentField } from './environment';
import { ILaunchProps } from '../form';
import { LifetimeFields } from './lifetime';
import { Options, OptionsStatus } from './options';
import { PlatformPicker } from '../platform';
import { PresetButtons, PresetField } from './presetfields';
import { StartTimes } from './starttimes';
import { WorkersFields } from './workers';

/**
 * All fields of the form that launches a cluster.
 */
export function LaunchFields(
  props: ILaunchProps & { platform: IPlatform }
): JSX.Element {
  const { model, onPreview, platform, trans } = props;
  const { queries } = model;
  const form = model.forms.get(platform);
  const isReady = queries.isReady(platform);
  const fields = {
    ...{ form, platform, trans },
    onChange: model.change.bind(model)
  };
  return (
    <>
      <PresetField {...{ model, platform, trans }} />
      <PlatformPicker
        platforms={queries.platforms.value ?? []}
        selected={platform}
        retrying={queries.platforms.pending}
        onRetry={() => model.lookAgain()}
        onSelect={({ name }) => model.select(name)}
        trans={trans}
      />
      {platform.launches ? (
        <WorkersFields
          key={`workers of ${platform.name} ${model.draft.fillings}`}
          {...fields}
          onInvalid={model.draft.setMistyped}
          summary={
            queries.code.error ? null : (queries.code.value?.summary ?? null)
          }
        />
      ) : (
        <TextField
          label={trans.__('Address or scheduler file')}
          value={model.draft.address}
          placeholder={trans.__('tcp://host:8786')}
          onChange={address => (model.draft.address = address)}
        />
      )}
      {isReady && <Advice {...{ model, platform }} />}
      <EnvironmentField model={model} trans={trans} />
      {platform.options_from && (
        <OptionsStatus
          query={queries.options}
          onRetry={() => model.retry()}
          trans={trans}
        />
      )}
      <Options
        key={`options of ${platform.name}`}
        schema={queries.schema(platform)}
        values={form.options}
        prefix={platform.name}
        isOpen={platform.workers.from !== null}
        wanted={model.fold.wanted(platform.name)}
        onChange={options => model.change({ options })}
        onFocused={model.fold.settle}
        onWarn={queries.setBeside}
        trans={trans}
      />
      <Fold
        name="lifetime"
        label={
          platform.launches ? trans.__('Name and lifetime') : trans.__('Name')
        }
      >
        <TextField
          label={trans.__('Name')}
          value={model.draft.name}
          placeholder={trans.__('Generated automatically')}
          onChange={name => (model.draft.name = name)}
        />
        {platform.launches && <LifetimeFields {...fields} />}
      </Fold>
      {platform.finds && platform.available && (
        <DiscoveredClusters
          key={`clusters of ${platform.name}`}
          {...{ model, platform, trans }}
        />
      )}
      {isReady && <StartTimes {...{ model, platform, trans }} />}
      {isReady && platform.launches && (
        <div className="jp-ClusterLauncher-buttons">
          <TextButton data-action="preview" onClick={onPreview}>
            {trans.__('Preview code')}
          </TextButton>
          <PresetButtons {...{ model, platform, trans }} />
        </div>
      )}
    </>
  );
}
