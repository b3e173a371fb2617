import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import {
  CheckField,
  ISelectChoice,
  SelectField
} from '../../components/fields';
import { durationText } from '../../format';
import { canRenew } from './choices';
import { IFormFieldsProps } from './workers';

/** The idle times to choose from, in seconds. */
const TIMEOUTS = [5 * 60, 15 * 60, 30 * 60, 3600, 4 * 3600, 12 * 3600];

/** For how long jobs can be renewed, in seconds. */
const RENEWALS = [4, 8, 12, 24, 72, 168].map(hours => hours * 3600);

/**
 * Fields for the lifetime of a cluster, and whether its traffic is encrypted.
 */
export function LifetimeFields(props: IFormFieldsProps): JSX.Element {
  const { platform, form, onChange, trans } = props;
  return (
    <>
      <CheckField
        label={trans.__('Keep running when Jupyter stops')}
        checked={form.keep_running}
        onChange={keep_running => onChange({ keep_running })}
      />
      <SelectField
        label={trans.__('Shut down when idle for')}
        value={String(form.idle_timeout ?? '')}
        choices={timeChoices(
          TIMEOUTS,
          form.idle_timeout,
          trans.__('Never'),
          trans
        )}
        onChange={value =>
          onChange({ idle_timeout: value ? Number(value) : null })
        }
      />
      {canRenew(platform, form) && (
        <SelectField
          label={trans.__('Keep jobs running for')}
          value={String(form.renew_for ?? '')}
          choices={timeChoices(
            RENEWALS,
            form.renew_for,
            trans.__('One time limit'),
            trans
          )}
          onChange={value =>
            onChange({ renew_for: value ? Number(value) : null })
          }
        />
      )}
      {platform.can_encrypt && (
        <CheckField
          label={trans.__('Encrypt')}
          checked={form.tls}
          hint={
            form.tls
              ? undefined
              : trans.__(
                  'Anyone who can reach the scheduler can run code as you.'
                )
          }
          onChange={tls => onChange({ tls })}
        />
      )}
    </>
  );
}

/**
 * The times to choose from, including the current one.
 *
 * @param usual - seconds
 * @param current - seconds; null for none
 * @param none - the label for none
 */
function timeChoices(
  usual: number[],
  current: number | null,
  none: string,
  trans: TranslationBundle
): ISelectChoice[] {
  const times = new Set(usual);
  if (current !== null) {
    times.add(current);
  }
  return [
    { value: '', label: none },
    ...[...times]
      .sort((a, b) => a - b)
      .map(seconds => ({
        value: String(seconds),
        label: durationText(seconds * 1000, trans)
      }))
  ];
}
