import { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import {
  ADDITIONAL_PROPERTY_FLAG,
  ArrayFieldTemplateProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps
} from '@rjsf/utils';
import React, { createContext, useContext, useEffect } from 'react';
import { Warnings } from '../../../components/alert';
import { IconButton, TextButton } from '../../../components/button';
import { warningsOf } from '../schema';
import { errorText } from '../validation';

/** The context that the form passes to its templates. */
interface IFormContext {
  /** Called when a warning stands beside a field, and when no more. */
  onWarn: (warning: string, isShown: boolean) => void;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/** The label of an entry of a list, which the form itself calls "hosts-0". */
const EntryLabel = createContext<string | null>(null);

/**
 * The template of an option: its label, control, description and errors.
 *
 * The template of JupyterLab is made for the wide Settings Editor, and does not
 * connect labels with their controls.
 */
export function FieldTemplate(props: FieldTemplateProps): JSX.Element {
  const { id, label, schema, rawErrors, displayLabel } = props;
  const entry = useContext(EntryLabel);
  // What is inside an entry has its own labels.
  const children = (
    <EntryLabel.Provider value={null}>{props.children}</EntryLabel.Provider>
  );
  const { onWarn, trans } = props.formContext as IFormContext;
  if (props.hidden) {
    return <div hidden>{children}</div>;
  }
  const isBox = schema.type === 'object' || schema.type === 'array';
  const isKey = ADDITIONAL_PROPERTY_FLAG in schema;
  // Checkboxes have no template of their own.
  const isChoice = schema.type === 'array' && schema.uniqueItems;
  return (
    <div
      className={
        'jp-ClusterLauncher-field' +
        (rawErrors?.length ? ' jp-ClusterLauncher-mod-wrong' : '')
      }
    >
      {displayLabel && !isBox && !isKey && (
        <label
          htmlFor={id}
          className={entry ? 'jp-ClusterLauncher-unseen' : undefined}
        >
          {entry ?? label}
        </label>
      )}
      {isKey && (
        <div className="jp-ClusterLauncher-item">
          <input
            className="jp-mod-styled"
            type="text"
            aria-label={trans.__('Name')}
            defaultValue={label}
            onBlur={event => props.onKeyChange(event.target.value)}
          />
          <IconButton
            icon={closeIcon}
            label={trans.__('Remove %1', label)}
            onClick={props.onDropPropertyClick(label)}
          />
        </div>
      )}
      {isChoice ? (
        <fieldset className="jp-ClusterLauncher-box">
          <legend>{label}</legend>
          <Hint text={schema.description} />
          {children}
        </fieldset>
      ) : (
        children
      )}
      {!isBox && schema.description && (
        <div id={`${id}__description`} className="jp-ClusterLauncher-hint">
          {schema.description}
        </div>
      )}
      {warningsOf(schema).map(text => (
        <FieldWarning key={text} {...{ onWarn, text }} />
      ))}
      {rawErrors?.map(error => (
        <div key={error} role="alert" className="jp-ClusterLauncher-wrong">
          {errorText(schema, error, trans)}
        </div>
      ))}
    </div>
  );
}

/** A warning beside a field. While it is shown, nothing else has to repeat it. */
function FieldWarning({
  onWarn,
  text
}: Pick<IFormContext, 'onWarn'> & { text: string }): JSX.Element {
  useEffect(() => {
    onWarn(text, true);
    return () => onWarn(text, false);
  }, [onWarn, text]);
  return <Warnings warnings={[text]} />;
}

/**
 * The template of an object, to which entries can be added if its schema allows
 * additional properties.
 */
export function ObjectFieldTemplate(
  props: ObjectFieldTemplateProps
): JSX.Element {
  const { trans } = props.formContext as IFormContext;
  const fields = props.properties.map(property => (
    <React.Fragment key={property.name}>{property.content}</React.Fragment>
  ));
  const extensible = !!props.schema.additionalProperties;
  if (!props.title) {
    return <div className="jp-ClusterLauncher-folded">{fields}</div>;
  }
  return (
    <fieldset className="jp-ClusterLauncher-box">
      <legend>{props.title}</legend>
      <Hint text={props.schema.description} />
      {fields}
      {extensible && (
        <TextButton onClick={props.onAddClick(props.schema)}>
          {trans.__('Add')}
        </TextButton>
      )}
    </fieldset>
  );
}

/**
 * The template of a list of values.
 */
export function ArrayFieldTemplate(
  props: ArrayFieldTemplateProps
): JSX.Element {
  const { trans } = props.formContext as IFormContext;
  return (
    <fieldset className="jp-ClusterLauncher-box">
      <legend>{props.title}</legend>
      <Hint text={props.schema.description} />
      {props.items.map(item => (
        <div key={item.key} className="jp-ClusterLauncher-item">
          <EntryLabel.Provider
            value={trans.__('%1, entry %2', props.title, item.index + 1)}
          >
            {item.children}
          </EntryLabel.Provider>
          {item.hasRemove && (
            <IconButton
              icon={closeIcon}
              label={trans.__('Remove entry %1', item.index + 1)}
              onClick={item.onDropIndexClick(item.index)}
            />
          )}
        </div>
      ))}
      {props.canAdd && (
        <TextButton onClick={props.onAddClick}>{trans.__('Add')}</TextButton>
      )}
    </fieldset>
  );
}

/**
 * A description below a title.
 */
function Hint(props: { text: string | undefined }): JSX.Element | null {
  return props.text ? (
    <div className="jp-ClusterLauncher-hint">{props.text}</div>
  ) : null;
}
