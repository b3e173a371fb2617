import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { IForm } from './choices';
import { IPlatform } from '../../tokens';
import { CheckField, NumberField } from '../../components/fields';

/**
 * How many workers: a number, or bounds within which the cluster follows its
 * load.
 */
export function WorkersFields(props: {
  platform: IPlatform;
  form: IForm;
  onChange: (changes: Partial<IForm>) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { platform, form, onChange, trans } = props;
  const { title, minimum, maximum } = platform.workers;
  const { adapt } = form;
  const adaptive = platform.adaptive && (
    <CheckField
      label={trans.__('Adapt to the load')}
      checked={adapt !== null}
      onChange={checked =>
        onChange({
          adapt: checked
            ? { minimum, maximum: Math.max(form.workers, minimum, 1) }
            : null
        })
      }
    />
  );
  if (adapt !== null) {
    return (
      <>
        <div className="jp-ClusterLauncher-pair">
          <NumberField
            label={trans.__('At least')}
            value={adapt.minimum}
            minimum={minimum}
            maximum={adapt.maximum}
            onChange={value =>
              onChange({ adapt: { ...adapt, minimum: value } })
            }
          />
          <NumberField
            label={trans.__('At most')}
            value={adapt.maximum}
            minimum={Math.max(adapt.minimum, 1)}
            maximum={maximum}
            hint={trans.__('up to %1', maximum)}
            onChange={value =>
              onChange({ adapt: { ...adapt, maximum: value } })
            }
          />
        </div>
        {adaptive}
      </>
    );
  }
  return (
    <>
      <NumberField
        label={title}
        value={form.workers}
        minimum={minimum}
        maximum={maximum}
        hint={trans.__('%1 to %2', minimum, maximum)}
        onChange={workers => onChange({ workers })}
      />
      {adaptive}
    </>
  );
}
