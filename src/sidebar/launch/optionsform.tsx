import { TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import { JSONObject, ReadonlyJSONObject } from '@lumino/coreutils';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- this module is loaded lazily
import { customizeValidator } from '@rjsf/validator-ajv8';
import React from 'react';
import {
  ArrayFieldTemplate,
  FieldTemplate,
  ObjectFieldTemplate
} from './templates';

const validator = customizeValidator<ReadonlyJSONObject>();

const TEMPLATES = { ArrayFieldTemplate, FieldTemplate, ObjectFieldTemplate };

/** What a form of options shows and tells. */
export interface IOptionsFormProps {
  /** JSON Schema of the options; its order is the order shown. */
  schema: ReadonlyJSONObject;
  /** The values set so far; the rest have their defaults. */
  values: ReadonlyJSONObject;
  onChange: (values: JSONObject) => void;
  idPrefix: string;
  trans: TranslationBundle;
}

/**
 * The options of a platform, as its schema describes them.
 */
export default function OptionsForm(props: IOptionsFormProps): JSX.Element {
  const names = Object.keys(
    (props.schema.properties as ReadonlyJSONObject | undefined) ?? {}
  );
  const formData = Object.fromEntries(
    Object.entries(props.values).filter(([name]) => names.includes(name))
  );
  return (
    <div className="jp-ClusterLauncher-options">
      <FormComponent
        schema={props.schema as any}
        uiSchema={layoutOf(props.schema)}
        formData={formData as ReadonlyJSONObject}
        validator={validator}
        idPrefix={props.idPrefix}
        liveValidate
        noHtml5Validate
        showErrorList={false}
        tagName="div"
        templates={TEMPLATES as any}
        formContext={{ trans: props.trans }}
        onChange={event => {
          const rest = Object.fromEntries(
            Object.entries(props.values).filter(
              ([name]) => !names.includes(name)
            )
          );
          props.onChange({ ...rest, ...event.formData } as JSONObject);
        }}
      />
    </div>
  );
}

/** Let what can be chosen from a few be boxes to tick, not a list to select in. */
function layoutOf(schema: ReadonlyJSONObject): JSONObject {
  const properties = (schema.properties ?? {}) as Record<string, JSONObject>;
  const choices = Object.keys(properties).filter(
    name => properties[name].type === 'array' && properties[name].uniqueItems
  );
  return Object.fromEntries(
    choices.map(name => [name, { 'ui:widget': 'checkboxes' }])
  );
}
