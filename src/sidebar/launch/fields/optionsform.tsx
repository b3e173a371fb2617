import { TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import { JSONExt, JSONObject, ReadonlyJSONObject } from '@lumino/coreutils';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- this module is loaded lazily
import { customizeValidator } from '@rjsf/validator-ajv8';
import React, { useEffect } from 'react';
import { IOptionsSchema } from '../../../tokens';
import { ChoiceWidget } from './choicewidget';
import { differing } from '../schema';
import {
  ArrayFieldTemplate,
  FieldTemplate,
  ObjectFieldTemplate
} from './templates';

const validator = customizeValidator<ReadonlyJSONObject>();

const WIDGETS = { choice: ChoiceWidget };
const TEMPLATES = { ArrayFieldTemplate, FieldTemplate, ObjectFieldTemplate };

/** The props of a form for options. */
export interface IOptionsFormProps {
  /** The JSON Schema of the options, in the order to show. */
  schema: IOptionsSchema;
  /** The options that were changed; the others have their defaults. */
  values: ReadonlyJSONObject;
  /** Changes the options. */
  onChange: (values: JSONObject) => void;
  /** The option whose field is to get the focus; null for none. */
  wanted: string | null;
  /** Called when it has the focus. */
  onFocused: () => void;
  /** Called when a warning stands beside a field, and when no more. */
  onWarn: (warning: string, isShown: boolean) => void;
  /** Makes the ids of the controls unique. */
  idPrefix: string;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * A form for options, generated from their schema.
 */
export default function OptionsForm(props: IOptionsFormProps): JSX.Element {
  const names = Object.keys(props.schema.properties);
  const { idPrefix, onFocused, wanted } = props;
  const field = wanted && names.includes(wanted) ? `${idPrefix}_${wanted}` : '';
  useEffect(() => {
    // A list has no field of its own, but one for each entry.
    const control =
      document.getElementById(field) ??
      document.querySelector<HTMLElement>(`input[id^="${field}_"]`);
    if (field && control) {
      control.focus();
      onFocused();
    }
  }, [field, onFocused]);
  const formData = Object.fromEntries(
    Object.entries(props.values).filter(([name]) => names.includes(name))
  );
  return (
    <div className="jp-ClusterLauncher-options">
      <FormComponent
        schema={props.schema as any}
        uiSchema={uiSchemaOf(props.schema)}
        formData={formData as ReadonlyJSONObject}
        validator={validator}
        idPrefix={idPrefix}
        liveValidate
        noHtml5Validate
        showErrorList={false}
        transformErrors={errors =>
          errors.filter(({ property }) => !isEmptied(formData, property))
        }
        tagName="div"
        templates={TEMPLATES as any}
        widgets={WIDGETS}
        formContext={{ onWarn: props.onWarn, trans: props.trans }}
        onChange={event => {
          const rest = Object.fromEntries(
            Object.entries(props.values).filter(
              ([name]) => !names.includes(name)
            )
          );
          // Without defaults, which other choices may change.
          const changed = differing(props.schema, event.formData ?? {});
          // A form with another schema also calls this, without an edit.
          const before = differing(props.schema, formData as JSONObject);
          if (!JSONExt.deepEqual(changed, before)) {
            props.onChange({ ...rest, ...changed } as JSONObject);
          }
        }}
      />
    </div>
  );
}

/** Whether an error is about an option that was left empty, which may be. */
function isEmptied(values: ReadonlyJSONObject, property = ''): boolean {
  return values[property.replace(/^\./, '')] === null;
}

/**
 * Show options with several values of a set as checkboxes instead of a list, and
 * values to choose from with what is known of them. An emptied field is null: without a value it would get its default again.
 */
function uiSchemaOf({ properties }: IOptionsSchema): JSONObject {
  const ui: JSONObject = {};
  for (const [name, option] of Object.entries(properties)) {
    const entries: JSONObject = {};
    if (option.type === 'array' && option.uniqueItems) {
      entries['ui:widget'] = 'checkboxes';
    } else {
      entries['ui:emptyValue'] = null;
    }
    if (option.choices?.length && option.type === 'string' && !option.enum) {
      entries['ui:widget'] = 'choice';
    }
    ui[name] = entries;
  }
  return ui;
}
