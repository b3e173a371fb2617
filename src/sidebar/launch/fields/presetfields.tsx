import { InputDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { ErrorMessage } from '../../../components/alert';
import { TextButton } from '../../../components/button';
import { SelectField } from '../../../components/fields';
import { IPlatform } from '../../../tokens';
import { LaunchModel } from '../model';

/** The props of what the form shows of presets. */
interface IPresetProps {
  model: LaunchModel;
  platform: IPlatform;
  trans: TranslationBundle;
}

/**
 * The presets to choose from. Nothing without any.
 */
export function PresetField(props: IPresetProps): JSX.Element | null {
  const { model, platform, trans } = props;
  const { presets } = model;
  if (presets.offered.length === 0) {
    return null;
  }
  return (
    <SelectField
      label={trans.__('Preset')}
      value={presets.current(platform)?.name ?? ''}
      choices={[
        { value: '', label: trans.__('None') },
        ...presets.offered.map(({ name }) => ({ value: name, label: name }))
      ]}
      onChange={chosen => {
        const preset = presets.offered.find(({ name }) => name === chosen);
        if (preset) {
          presets.apply(preset);
        } else {
          model.change({
            options: {},
            adapt: null,
            workers: platform.workers.suggested
          });
        }
      }}
    />
  );
}

/**
 * Buttons that save what the form shows as a preset, and delete the chosen one.
 */
export function PresetButtons(props: IPresetProps): JSX.Element {
  const { model, platform, trans } = props;
  const { presets } = model;
  const current = presets.current(platform);
  return (
    <>
      {!current && (
        <TextButton
          data-action="save-preset"
          onClick={async () => {
            const { value } = await InputDialog.getText({
              title: trans.__('Save as Preset'),
              label: trans.__('Name of the preset'),
              okLabel: trans.__('Save')
            });
            if (value?.trim()) {
              await presets.save(value, platform);
            }
          }}
        >
          {trans.__('Save as preset…')}
        </TextButton>
      )}
      {current?.own && (
        <TextButton
          data-action="delete-preset"
          onClick={() => void presets.delete(current)}
        >
          {trans.__('Delete preset %1', current.name)}
        </TextButton>
      )}
      <ErrorMessage error={presets.error} />
    </>
  );
}
