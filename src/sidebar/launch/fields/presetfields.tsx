import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { ErrorMessage } from '../../../components/alert';
import { askText } from '../../../components/asktext';
import { TextButton } from '../../../components/button';
import { SelectField } from '../../../components/fields';
import { IPlatform } from '../../../tokens';
import { IForm } from '../choices';
import { differences, sizeText } from '../differences';
import { LaunchModel } from '../model';
import { IFilling } from '../presets';

/** The props of what the form shows of presets. */
interface IPresetProps {
  model: LaunchModel;
  platform: IPlatform;
  trans: TranslationBundle;
}

/**
 * The presets and the last launches to choose from. Nothing without any.
 */
export function PresetField(props: IPresetProps): JSX.Element | null {
  const { model, platform, trans } = props;
  const { presets } = model;
  const { offered, recent } = presets;
  if (offered.length + recent.length === 0) {
    return null;
  }
  const launches = new Map<string, IFilling>([
    ...offered.map((one): [string, IFilling] => [`preset ${one.name}`, one]),
    ...recent.map((one, n): [string, IFilling] => [`recent ${n}`, one])
  ]);
  const shown = [...launches].find(([, one]) => presets.isShown(one, platform));
  return (
    <SelectField
      label={
        recent.length === 0
          ? trans.__('Preset')
          : offered.length === 0
            ? trans.__('Recent launch')
            : trans.__('Preset or recent launch')
      }
      value={shown?.[0] ?? ''}
      choices={[
        { value: '', label: trans.__('None') },
        ...[...launches].map(([value, one]) => ({
          value,
          label: 'name' in one ? String(one.name) : titleOf(one, props),
          group: 'name' in one ? '' : trans.__('Recent launches')
        }))
      ]}
      onChange={value => {
        const none = { adapt: null, options: {}, workers: null };
        presets.apply(
          launches.get(value) ?? { ...none, platform: platform.name }
        );
      }}
    />
  );
}

/** Format what a launch was: "SLURM · 8 jobs · Partition: long". */
function titleOf(
  { adapt, options, platform, workers }: IFilling,
  { model, trans }: IPresetProps
): string {
  const { forms, queries } = model;
  const of = queries.platforms.value!.find(({ name }) => name === platform)!;
  const standard = forms.defaults(of);
  const form = {
    ...standard,
    ...{ adapt: adapt && { minimum: 0, ...adapt }, workers: workers ?? 0 },
    options: options as IForm['options']
  };
  const size = sizeText(of, form, trans);
  const changes = differences(form, standard, of.options, trans);
  return [of.title, size, ...changes].filter(Boolean).join(' · ');
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
          disabled={model.invalid.length > 0}
          onClick={() =>
            void askText(
              {
                title: trans.__('Save as Preset'),
                label: trans.__('Name of the preset'),
                okLabel: trans.__('Save')
              },
              name => presets.save(name, platform)
            )
          }
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
