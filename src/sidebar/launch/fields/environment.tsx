import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { SelectField } from '../../../components/fields';
import { useSignal } from '../../../components/hooks';
import { LaunchModel } from '../model';

/** The value of the choice that follows the notebook or console. */
const DEFAULT = '';

/**
 * A field to select the environment of the workers.
 */
export function EnvironmentField(props: {
  model: LaunchModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  useSignal(model.changed);
  const { chosen, default: standard, follows, kernels } = model.kernel;
  const title = standard?.title ?? 'Python';
  const labels = {
    console: trans.__('Same as console (%1)', title),
    notebook: trans.__('Same as notebook (%1)', title),
    none: trans.__('Default (%1)', title)
  };
  return (
    <SelectField
      label={trans.__('Environment')}
      value={chosen ?? DEFAULT}
      choices={[
        { value: DEFAULT, label: labels[follows ?? 'none'] },
        ...kernels.map(({ name, title }) => ({ value: name, label: title }))
      ]}
      onChange={value => model.chooseKernel(value === DEFAULT ? null : value)}
    />
  );
}
