import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useId, useState } from 'react';
import { IAdapt } from '../tokens';
import { Field, Hint, hintId } from './fields';

/** The bounds of a number, both included. */
export interface IBounds {
  /** The minimum. */
  minimum: number;
  /** The maximum. */
  maximum: number;
}

/** Called with the label of a field when it becomes invalid, or valid again. */
export type OnInvalid = (label: string, isInvalid: boolean) => void;

/**
 * Parse what was typed.
 *
 * @returns null unless it is a whole number within the bounds
 */
export function parseNumber(
  text: string,
  { minimum, maximum }: IBounds
): number | null {
  const number = Number(text);
  return text.trim() !== '' &&
    Number.isInteger(number) &&
    number >= minimum &&
    number <= maximum
    ? number
    : null;
}

/**
 * The control for a whole number within bounds.
 */
export function NumberInput(props: {
  id: string;
  text: string;
  bounds: IBounds;
  hint?: string;
  autoFocus?: boolean;
  /** Whether what is typed is not taken; unlike a disabled one, it keeps the focus. */
  readOnly?: boolean;
  onChange: (text: string) => void;
}): JSX.Element {
  const { bounds, id, text } = props;
  return (
    <input
      id={id}
      className="jp-mod-styled"
      type="number"
      inputMode="numeric"
      min={bounds.minimum}
      max={bounds.maximum}
      step={1}
      autoFocus={props.autoFocus}
      readOnly={props.readOnly}
      value={text}
      aria-invalid={parseNumber(text, bounds) === null}
      aria-describedby={hintId(id, props.hint)}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

/**
 * A field for a whole number within bounds. Anything else that is typed stays,
 * marked as invalid, with the bounds.
 *
 * @param props.onInvalid - called with the label when what is typed becomes
 *   invalid, and when it does not count any more
 */
export function NumberField(props: {
  label: string;
  value: number;
  bounds: IBounds;
  hint?: string;
  readOnly?: boolean;
  onChange: (value: number) => void;
  onInvalid?: OnInvalid;
  trans: TranslationBundle;
}): JSX.Element {
  const { bounds, label, value, onChange, onInvalid, trans } = props;
  const id = useId();
  // What was typed while it is none that is allowed; null otherwise.
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => setTyped(null), [value]);
  const text = typed ?? String(value);
  const number = parseNumber(text, bounds);
  const invalid = number === null;
  const take = (text: string): void => {
    const number = parseNumber(text, bounds);
    setTyped(number === null ? text : null);
    if (number !== null) {
      onChange(number);
    }
  };
  useEffect(() => {
    // Other bounds, such as those by the field beside it, may allow it now.
    if (typed !== null && number !== null) {
      take(typed);
    }
  }, [typed, number]);
  useEffect(() => {
    if (!invalid) {
      return;
    }
    onInvalid?.(label, true);
    return () => onInvalid?.(label, false);
  }, [invalid, label, onInvalid]);
  const hint = invalid
    ? trans.__('A number from %1 to %2', bounds.minimum, bounds.maximum)
    : props.hint;
  return (
    <Field {...{ hint, id, invalid, label }}>
      <NumberInput
        {...{ bounds, hint, id, text }}
        readOnly={props.readOnly}
        onChange={take}
      />
    </Field>
  );
}

/**
 * Two fields for the bounds of an adaptive cluster.
 *
 * @param props.bounds - the bounds of the platform
 * @param props.hint - a hint below both
 */
export function AdaptFields(props: {
  adapt: IAdapt;
  bounds: IBounds;
  hint?: string;
  readOnly?: boolean;
  onChange: (adapt: IAdapt) => void;
  onInvalid?: OnInvalid;
  trans: TranslationBundle;
}): JSX.Element {
  const { adapt, bounds, hint, onChange, onInvalid, readOnly, trans } = props;
  const id = useId();
  return (
    <div
      className="jp-ClusterLauncher-pair"
      role="group"
      aria-describedby={hintId(id, hint)}
    >
      <NumberField
        label={trans.__('Minimum')}
        value={adapt.minimum}
        bounds={{ minimum: bounds.minimum, maximum: adapt.maximum }}
        {...{ onInvalid, readOnly, trans }}
        onChange={minimum => onChange({ ...adapt, minimum })}
      />
      <NumberField
        label={trans.__('Maximum')}
        value={adapt.maximum}
        bounds={{
          minimum: Math.max(adapt.minimum, 1),
          maximum: bounds.maximum
        }}
        {...{ onInvalid, readOnly, trans }}
        onChange={maximum => onChange({ ...adapt, maximum })}
      />
      <Hint id={id} text={hint} />
    </div>
  );
}
