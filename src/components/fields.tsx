import { caretDownIcon } from '@jupyterlab/ui-components';
import React, { useId } from 'react';

/**
 * A label, a control, and a hint below it.
 *
 * @param props.id - the id of the control
 * @param props.invalid - whether to mark the control as invalid
 */
export function Field(props: {
  id: string;
  label: string;
  hint?: string;
  invalid?: boolean;
  children: React.ReactNode;
}): JSX.Element {
  const { id, label, hint, invalid } = props;
  return (
    <div
      className={
        'jp-ClusterLauncher-field' +
        (invalid ? ' jp-ClusterLauncher-mod-wrong' : '')
      }
    >
      <label htmlFor={id}>{label}</label>
      {props.children}
      <Hint id={id} text={hint} />
    </div>
  );
}

/** The hint of a control; nothing if it has none. */
export function Hint(props: { id: string; text?: string }): JSX.Element | null {
  return props.text ? (
    <div id={`${props.id}-hint`} className="jp-ClusterLauncher-hint">
      {props.text}
    </div>
  ) : null;
}

/** The id of the hint of a control, for `aria-describedby`. */
export function hintId(id: string, hint?: string): string | undefined {
  return hint ? `${id}-hint` : undefined;
}

/** A choice of a select field. */
export interface ISelectChoice {
  /** The value. */
  value: string;
  /** What the user sees. */
  label: string;
  /** The title of the group that it is in; empty for none. */
  group?: string;
}

/**
 * A field to select one of several values.
 */
export function SelectField(props: {
  label: string;
  value: string;
  choices: ReadonlyArray<ISelectChoice>;
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, value, choices, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={label}>
      <div className="jp-ClusterLauncher-select">
        <select
          id={id}
          className="jp-mod-styled"
          value={value}
          onChange={event => onChange(event.target.value)}
        >
          {grouped(choices).map(([group, choices]) => {
            const options = choices.map(choice => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ));
            return group ? (
              <optgroup key={group} label={group}>
                {options}
              </optgroup>
            ) : (
              options
            );
          })}
        </select>
        <caretDownIcon.react tag="span" />
      </div>
    </Field>
  );
}

/** Bring choices together by their groups, in the order of the first of each. */
function grouped(
  choices: ReadonlyArray<ISelectChoice>
): [string, ISelectChoice[]][] {
  const groups = new Map<string, ISelectChoice[]>();
  for (const choice of choices) {
    const group = choice.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), choice]);
  }
  return [...groups];
}

/**
 * A field for a line of text.
 */
export function TextField(props: {
  label: string;
  value: string;
  placeholder?: string;
  type?: 'text' | 'search';
  onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <Field id={id} label={props.label}>
      <input
        id={id}
        className="jp-mod-styled"
        type={props.type ?? 'text'}
        value={props.value}
        placeholder={props.placeholder}
        spellCheck={false}
        onChange={event => props.onChange(event.target.value)}
      />
    </Field>
  );
}

/**
 * A checkbox with a label.
 */
export function CheckField(props: {
  label: string;
  checked: boolean;
  hint?: string;
  onChange: (checked: boolean) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div className="jp-ClusterLauncher-check">
      <input
        id={id}
        className="jp-mod-styled"
        type="checkbox"
        checked={props.checked}
        aria-describedby={hintId(id, props.hint)}
        onChange={event => props.onChange(event.target.checked)}
      />
      <label htmlFor={id}>{props.label}</label>
      <Hint id={id} text={props.hint} />
    </div>
  );
}
