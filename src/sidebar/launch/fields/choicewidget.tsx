import { WidgetProps } from '@rjsf/utils';
import React from 'react';
import { IChoice } from '../choices';

/**
 * A text field with values to choose from, which also takes any other text. What
 * is known of the value is shown below.
 */
export function ChoiceWidget(props: WidgetProps): JSX.Element {
  const { id, options, schema } = props;
  const choices = ((schema as any).choices ?? []) as IChoice[];
  const value = (props.value ?? '') as string;
  const chosen = choices.find(choice => choice.value === value);
  return (
    <>
      <input
        id={id}
        className="form-control"
        type="text"
        list={`${id}__choices`}
        value={value}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}__chosen ${id}__description`}
        onChange={({ target }) =>
          props.onChange(
            target.value === '' ? options.emptyValue : target.value
          )
        }
      />
      <datalist id={`${id}__choices`}>
        {choices.map(choice => (
          <option key={choice.value} value={choice.value}>
            {choice.title}
          </option>
        ))}
      </datalist>
      {chosen?.title && (
        <div id={`${id}__chosen`} className="jp-ClusterLauncher-hint">
          {`${value}: ${chosen.title}`}
        </div>
      )}
    </>
  );
}
