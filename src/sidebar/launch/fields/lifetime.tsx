import React from 'react';
import {
  CheckField,
  ISelectChoice,
  SelectField
} from '../../../components/fields';
import { coreHoursText, durationText } from '../../../format';
import { RENEWALS } from '../../renewals';
import { canRenew } from '../choices';
import { IFormFieldsProps } from './workers';

/** The idle times to choose from, in seconds. */
const TIMEOUTS = [5 * 60, 15 * 60, 30 * 60, 3600, 4 * 3600, 12 * 3600];

/** The core-hours to choose from. */
const CORE_HOURS = [1, 5, 20, 100, 500, 2000];

/**
 * Fields for the lifetime of a cluster, and whether its traffic is encrypted.
 */
export function LifetimeFields(props: IFormFieldsProps): JSX.Element {
  const { platform, form, onChange, trans } = props;
  const limit = platform.core_hours;
  const duration = (seconds: number): string =>
    durationText(seconds * 1000, trans);
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
        choices={choices(
          TIMEOUTS,
          form.idle_timeout,
          trans.__('Never'),
          duration
        )}
        onChange={value =>
          onChange({ idle_timeout: value ? Number(value) : null })
        }
      />
      <SelectField
        label={trans.__('Stop at')}
        value={String(form.core_hours ?? '')}
        choices={choices(
          CORE_HOURS.filter(hours => hours < (limit ?? Infinity)),
          form.core_hours,
          limit === null
            ? trans.__('No limit of core-hours')
            : trans.__('%1, the limit here', coreHoursText(limit, trans)),
          hours => coreHoursText(hours, trans)
        )}
        onChange={value =>
          onChange({ core_hours: value ? Number(value) : null })
        }
      />
      {canRenew(platform, form) && (
        <SelectField
          label={trans.__('Keep jobs running for')}
          value={String(form.renew_for ?? '')}
          choices={choices(
            RENEWALS,
            form.renew_for,
            trans.__('One time limit'),
            duration
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
 * The amounts to choose from, including the current one.
 *
 * @param current - null for none
 * @param none - the label for none
 * @param text - formats an amount
 */
function choices(
  usual: number[],
  current: number | null,
  none: string,
  text: (amount: number) => string
): ISelectChoice[] {
  const amounts = new Set(usual);
  if (current !== null) {
    amounts.add(current);
  }
  return [
    { value: '', label: none },
    ...[...amounts]
      .sort((a, b) => a - b)
      .map(amount => ({ value: String(amount), label: text(amount) }))
  ];
}
