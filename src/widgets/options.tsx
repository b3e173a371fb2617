import { ITranslator } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import { JSONObject, ReadonlyJSONObject } from '@lumino/coreutils';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- this module is loaded lazily
import { customizeValidator } from '@rjsf/validator-ajv8';
import React from 'react';

const validator = customizeValidator<ReadonlyJSONObject>();

/** What a form of options shows and tells. */
export interface IOptionsFormProps {
  /** JSON Schema of the options; its order is the order shown. */
  schema: ReadonlyJSONObject;
  /** The values set so far; the rest have their defaults. */
  values: ReadonlyJSONObject;
  onChange: (values: JSONObject) => void;
  idPrefix: string;
  translator: ITranslator;
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
        uiSchema={{ 'ui:title': ' ' }}
        formData={formData as ReadonlyJSONObject}
        validator={validator}
        idPrefix={props.idPrefix}
        liveValidate
        noHtml5Validate
        showErrorList={false}
        tagName="div"
        buttonStyle="icons"
        showModifiedFromDefault={false}
        translator={props.translator}
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
