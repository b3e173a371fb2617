import { TranslationBundle } from '@jupyterlab/translation';
import React, { Suspense } from 'react';
import { IQueryState } from '../../../api/query';
import { RetryAlert } from '../../../components/alert';
import { Fold } from '../../../components/fold';
import { Loading } from '../../../components/loading';
import { IOptionsSchema } from '../../../tokens';
import { IForm } from '../choices';
import { filterOptions, refineOptions } from '../schema';

const OptionsForm = React.lazy(() => import('./optionsform'));

/**
 * The options of a platform, with the advanced ones in a second section.
 *
 * @param props.values - the options that were changed
 * @param props.prefix - makes the ids of the controls unique
 * @param props.isOpen - whether the first section is expanded at first
 * @param props.wanted - the option whose field is to get the focus; null for none
 */
export function Options(props: {
  schema: IOptionsSchema;
  values: IForm['options'];
  prefix: string;
  isOpen: boolean;
  wanted: string | null;
  onChange: (values: IForm['options']) => void;
  /** Called when the wanted field has the focus. */
  onFocused: () => void;
  /** Called when a warning stands beside a field, and when no more. */
  onWarn: (warning: string, isShown: boolean) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { values, prefix, wanted, onChange, onFocused, onWarn, trans } = props;
  const schema = refineOptions(props.schema, values);
  const sections = [
    {
      name: 'options',
      label: trans.__('Resources'),
      schema: filterOptions(schema, false)
    },
    {
      name: 'advanced',
      label: trans.__('Advanced'),
      schema: filterOptions(schema, true)
    }
  ];
  return (
    <>
      {sections.map(
        section =>
          section.schema && (
            <Fold
              key={section.name}
              name={section.name}
              label={section.label}
              isOpen={
                (props.isOpen && section.name === 'options') ||
                (wanted !== null && wanted in section.schema.properties)
              }
            >
              <Suspense fallback={null}>
                <OptionsForm
                  schema={section.schema}
                  values={values}
                  wanted={wanted}
                  idPrefix={`jp-ClusterLauncher-${prefix}-${section.name}`}
                  onChange={onChange}
                  onFocused={onFocused}
                  onWarn={onWarn}
                  trans={trans}
                />
              </Suspense>
            </Fold>
          )
      )}
    </>
  );
}

/**
 * Whether the options that a platform discovers are being loaded, or why they
 * cannot be loaded.
 */
export function OptionsStatus(props: {
  query: IQueryState<IOptionsSchema>;
  onRetry: () => void;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { query, onRetry, trans } = props;
  if (query.pending) {
    return <Loading text={trans.__('Loading options…')} />;
  }
  return query.error === null ? null : (
    <RetryAlert
      className="jp-ClusterLauncher-error"
      onRetry={onRetry}
      trans={trans}
    >
      <p>{query.error}</p>
    </RetryAlert>
  );
}
