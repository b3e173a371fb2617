import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { IForm } from './choices';
import { IPlatform } from '../../tokens';
import { duration } from '../../format';
import { CheckField, SelectField } from '../../components/fields';

/** The idle times to choose from, in seconds. */
const TIMEOUTS = [5 * 60, 15 * 60, 30 * 60, 3600, 4 * 3600, 12 * 3600];

/**
 * How long a cluster lives, and whether its traffic is encrypted.
 */
export function Lifetime(props: {
  platform: IPlatform;
  form: IForm;
  onChange: (changes: Partial<IForm>) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { platform, form, onChange, trans } = props;
  return (
    <>
      <CheckField
        label={trans.__('Keep running when Jupyter stops')}
        checked={form.keep_running}
        onChange={keep_running => onChange({ keep_running })}
      />
      <SelectField
        label={trans.__('Close when idle for')}
        value={String(form.idle_timeout ?? '')}
        choices={idleChoices(form.idle_timeout, trans)}
        onChange={value =>
          onChange({ idle_timeout: value ? Number(value) : null })
        }
      />
      {platform.tls && (
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
 * The idle times to choose from, with the one that is set among them.
 *
 * @param current - seconds, null for never
 */
export function idleChoices(
  current: number | null,
  trans: TranslationBundle
): { value: string; label: string }[] {
  const times = new Set(TIMEOUTS);
  if (current !== null) {
    times.add(current);
  }
  return [
    { value: '', label: trans.__('never') },
    ...[...times]
      .sort((a, b) => a - b)
      .map(seconds => ({
        value: String(seconds),
        label: duration(seconds * 1000, trans)
      }))
  ];
}
