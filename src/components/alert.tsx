import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { TextButton } from './button';

/**
 * An error that screen readers announce; nothing while there is none.
 *
 * @param props.role - `status` for an error that is no reason to interrupt
 */
export function ErrorMessage(props: {
  error: string | null;
  role?: 'alert' | 'status';
}): JSX.Element | null {
  return props.error ? (
    <p role={props.role ?? 'alert'} className="jp-ClusterLauncher-error">
      {props.error}
    </p>
  ) : null;
}

/**
 * An error or problem, and a button to try again.
 */
export function RetryAlert(props: {
  /** The CSS class. */
  className: string;
  children: React.ReactNode;
  onRetry: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  return (
    <div role="alert" className={props.className}>
      {props.children}
      <TextButton onClick={props.onRetry}>
        {props.trans.__('Try again')}
      </TextButton>
    </div>
  );
}

/**
 * A list of warnings.
 */
export function Warnings(props: { warnings: readonly string[] }): JSX.Element {
  return (
    <>
      {props.warnings.map(warning => (
        <p key={warning} className="jp-ClusterLauncher-warning">
          {warning}
        </p>
      ))}
    </>
  );
}
