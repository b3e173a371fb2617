import { caretDownIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useId, useState } from 'react';

/** What a number field shows and tells. */
export interface INumberFieldProps {
  label: string;
  value: number;
  minimum: number;
  maximum: number;
  /** A sentence below the field. */
  hint?: string;
  onChange: (value: number) => void;
}

/**
 * A whole number within bounds. What is typed stays as typed until it is a
 * number within them.
 */
export function NumberField(props: INumberFieldProps): JSX.Element {
  const { label, value, minimum, maximum, hint, onChange } = props;
  const id = useId();
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const number = Number(text);
  const valid =
    text.trim() !== '' &&
    Number.isInteger(number) &&
    number >= minimum &&
    number <= maximum;
  return (
    <Field id={id} label={label} hint={hint} wrong={!valid}>
      <input
        id={id}
        className="jp-mod-styled"
        type="number"
        inputMode="numeric"
        min={minimum}
        max={maximum}
        step={1}
        value={text}
        aria-invalid={!valid}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={event => {
          setText(event.target.value);
          const typed = Number(event.target.value);
          if (
            event.target.value.trim() !== '' &&
            Number.isInteger(typed) &&
            typed >= minimum &&
            typed <= maximum
          ) {
            onChange(typed);
          }
        }}
        onBlur={() => {
          if (!valid) {
            setText(String(value));
          }
        }}
      />
    </Field>
  );
}

/** What a choice shows and tells. */
export interface ISelectFieldProps {
  label: string;
  value: string;
  choices: ReadonlyArray<{ value: string; label: string }>;
  hint?: string;
  onChange: (value: string) => void;
}

/**
 * One of several.
 */
export function SelectField(props: ISelectFieldProps): JSX.Element {
  const { label, value, choices, hint, onChange } = props;
  const id = useId();
  return (
    <Field id={id} label={label} hint={hint}>
      <div className="jp-ClusterLauncher-select">
        <select
          id={id}
          className="jp-mod-styled"
          value={value}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={event => onChange(event.target.value)}
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

/**
 * A line of text.
 */
export function TextField(props: {
  label: string;
  value: string;
  placeholder?: string;
  onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <Field id={id} label={props.label}>
      <input
        id={id}
        className="jp-mod-styled"
        type="text"
        value={props.value}
        placeholder={props.placeholder}
        spellCheck={false}
        onChange={event => props.onChange(event.target.value)}
      />
    </Field>
  );
}

/**
 * Yes or no.
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
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={event => props.onChange(event.target.checked)}
      />
      <label htmlFor={id}>{props.label}</label>
      {props.hint && (
        <div id={`${id}-hint`} className="jp-ClusterLauncher-hint">
          {props.hint}
        </div>
      )}
    </div>
  );
}

/**
 * A label, a control, and a sentence below it.
 */
function Field(props: {
  id: string;
  label: string;
  hint?: string;
  wrong?: boolean;
  children: React.ReactNode;
}): JSX.Element {
  const { id, label, hint, wrong } = props;
  return (
    <div
      className={
        'jp-ClusterLauncher-field' +
        (wrong ? ' jp-ClusterLauncher-mod-wrong' : '')
      }
    >
      <label htmlFor={id}>{label}</label>
      {props.children}
      {hint && (
        <div id={`${id}-hint`} className="jp-ClusterLauncher-hint">
          {hint}
        </div>
      )}
    </div>
  );
}

/**
 * Something to unfold. The native element brings keyboard and screen reader.
 */
export function Fold(props: {
  label: string;
  name: string;
  onToggle?: (open: boolean) => void;
  children: React.ReactNode;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="jp-ClusterLauncher-fold"
      data-fold={props.name}
      onToggle={event => {
        setOpen(event.currentTarget.open);
        props.onToggle?.(event.currentTarget.open);
      }}
    >
      <summary>{props.label}</summary>
      {open && (
        <div className="jp-ClusterLauncher-folded">{props.children}</div>
      )}
    </details>
  );
}
