import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { CheckField } from '../../../components/fields';
import {
  AdaptFields,
  NumberField,
  OnInvalid
} from '../../../components/numberfield';
import { IPlatform } from '../../../tokens';
import { IForm } from '../choices';

/** The props of a part of the form. */
export interface IFormFieldsProps {
  /** The selected platform. */
  platform: IPlatform;
  /** The values of the form. */
  form: IForm;
  /** Changes values of the form. */
  onChange: (changes: Partial<IForm>) => void;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Fields for the number of workers, or for the bounds of adaptive scaling.
 *
 * @param props.onInvalid - called when a field becomes invalid, or valid again
 * @param props.summary - what that number amounts to; null while unknown
 */
export function WorkersFields(
  props: IFormFieldsProps & { onInvalid: OnInvalid; summary: string | null }
): React.ReactNode {
  const { platform, form, onChange, onInvalid, summary, trans } = props;
  const { title, minimum, maximum, from } = platform.workers;
  if (from !== null) {
    // The number follows from an option.
    return summary && <p className="jp-ClusterLauncher-hint">{summary}</p>;
  }
  const bounds = { minimum, maximum };
  const { adapt } = form;
  return (
    <>
      {adapt === null ? (
        <NumberField
          label={title}
          value={form.workers}
          bounds={bounds}
          hint={summary ?? undefined}
          {...{ onInvalid, trans }}
          onChange={workers => onChange({ workers })}
        />
      ) : (
        <AdaptFields
          adapt={adapt}
          bounds={bounds}
          hint={summary ?? undefined}
          {...{ onInvalid, trans }}
          onChange={adapt => onChange({ adapt })}
        />
      )}
      {platform.adaptive && (
        <CheckField
          label={trans.__('Adaptive scaling')}
          checked={adapt !== null}
          onChange={checked =>
            onChange({
              adapt: checked
                ? { minimum, maximum: Math.max(form.workers, minimum, 1) }
                : null
            })
          }
        />
      )}
    </>
  );
}
