import { caretDownIcon } from '@jupyterlab/ui-components';
import React, { useId, useState } from 'react';
import { nameFor } from '../../components/button';
import { Field, ISelectChoice } from '../../components/fields';
import { EVERY_QUARTER_MINUTE, useNow } from '../../components/hooks';
import { durationText } from '../../format';
import { Change } from '../../tokens';
import { RENEWALS } from '../renewals';
import { RowButton } from './button';
import { IRowProps } from './props';

/** The value for jobs that end with their time limit. */
const OFF = 'off';

/**
 * A form to change for how long the jobs of a cluster are kept beyond their
 * time limit. Nothing where they cannot be.
 *
 * @param props.busy - whether the server has not answered to a change yet
 * @param props.onApply - applies a change, and resolves to whether the server
 * accepted it
 */
export function Renew(
  props: IRowProps & {
    busy: boolean;
    onApply: (change: Change) => Promise<boolean>;
  }
): JSX.Element | null {
  const { busy, cluster, context, onApply } = props;
  const { trans } = context;
  const until = cluster.renewal?.until ?? null;
  const now = useNow(until ? EVERY_QUARTER_MINUTE : null);
  // What is selected; empty for what is the case now.
  const [chosen, setSelected] = useState('');
  // Another window may have done the same meanwhile.
  const selected = chosen === OFF && !until ? '' : chosen;
  if (!cluster.renewal) {
    return null;
  }
  const label = trans.__('Keep jobs running for');
  const off = trans.__('One time limit');
  const choices = RENEWALS.map(seconds => ({
    value: String(seconds),
    label: trans.__('%1 from now', durationText(seconds * 1000, trans))
  }));
  return (
    <form
      className="jp-ClusterLauncher-renew"
      onSubmit={event => {
        event.preventDefault();
        const renew_for = selected === OFF ? null : Number(selected);
        void onApply({ renew_for });
      }}
    >
      <RowSelect
        {...{ busy, cluster, context, label }}
        value={selected}
        choices={[
          {
            value: '',
            label: until
              ? trans.__(
                  '%1 more, as now',
                  durationText(Date.parse(until) - now, trans)
                )
              : off
          },
          ...choices,
          ...(until ? [{ value: OFF, label: off }] : [])
        ]}
        onChange={setSelected}
      />
      {selected && (
        <RowButton
          {...{ busy, cluster, context }}
          type="submit"
          text={trans.__('Apply')}
          part={label}
        />
      )}
    </form>
  );
}

/**
 * A field to select one of several values, in the row of a cluster. Other rows have
 * the same one: its name ends with the cluster.
 *
 * @param props.busy - whether it keeps what is selected; disabled, it would lose the
 *   focus
 */
function RowSelect(
  props: Pick<IRowProps, 'cluster' | 'context'> & {
    busy: boolean;
    label: string;
    value: string;
    choices: readonly ISelectChoice[];
    onChange: (value: string) => void;
  }
): JSX.Element {
  const { busy, choices, cluster, context, label, value, onChange } = props;
  const id = useId();
  return (
    <Field {...{ id, label }}>
      <div className="jp-ClusterLauncher-select">
        <select
          {...{ id, value }}
          className="jp-mod-styled"
          aria-label={nameFor(label, [cluster.name], context.trans)}
          aria-disabled={busy || undefined}
          onChange={event => busy || onChange(event.target.value)}
        >
          {choices.map(choice => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
        <caretDownIcon.react tag="span" />
      </div>
    </Field>
  );
}
