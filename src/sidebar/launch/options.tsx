import { ReadonlyJSONObject } from '@lumino/coreutils';
import React, { Suspense } from 'react';
import { foldOf, IForm } from './choices';
import { ISidebarContext } from '../context';
import { Fold } from '../../components/fields';
import { IAnswer } from '../../components/hooks';
import { Pending } from '../../components/loading';

const OptionsForm = React.lazy(() => import('./optionsform'));

/**
 * The options, those that few people change in a second fold.
 */
export function Options(props: {
  context: ISidebarContext;
  schema: ReadonlyJSONObject;
  values: IForm['options'];
  prefix: string;
  onChange: (values: IForm['options']) => void;
}): JSX.Element {
  const { context, schema, values, prefix, onChange } = props;
  const { trans } = context;
  const folds = [
    {
      name: 'options',
      label: trans.__('Options'),
      schema: foldOf(schema, false)
    },
    {
      name: 'advanced',
      label: trans.__('More options'),
      schema: foldOf(schema, true)
    }
  ];
  return (
    <>
      {folds.map(
        fold =>
          fold.schema && (
            <Fold key={fold.name} name={fold.name} label={fold.label}>
              <Suspense fallback={null}>
                <OptionsForm
                  schema={fold.schema}
                  values={values}
                  idPrefix={`jp-ClusterLauncher-${prefix}-${fold.name}`}
                  onChange={onChange}
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
 * What is to be said while the options are asked for, and where they cannot be
 * had.
 */
export function OptionsPending(props: {
  answer: IAnswer<ReadonlyJSONObject>;
  onRetry: () => void;
  trans: ISidebarContext['trans'];
}): JSX.Element | null {
  const { answer, onRetry, trans } = props;
  if (answer.error !== null && !answer.pending) {
    return (
      <div role="alert" className="jp-ClusterLauncher-error">
        <p>{answer.error}</p>
        <button
          type="button"
          className="jp-mod-styled jp-mod-minimal"
          onClick={onRetry}
        >
          {trans.__('Try again')}
        </button>
      </div>
    );
  }
  return answer.pending ? (
    <Pending text={trans.__('Asking the gateway for its options…')} />
  ) : null;
}
