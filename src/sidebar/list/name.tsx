import React, { useRef, useState } from 'react';
import { ErrorMessage } from '../../components/alert';
import { IRowProps } from './props';

/**
 * The name of a cluster, which becomes a text field on click.
 */
export function EditableName({ cluster, context }: IRowProps): JSX.Element {
  const { clusters, trans } = context;
  const [draft, setDraft] = useState<string | null>(null);

  const [error, setError] = useState('');
  const pending = useRef(false);

  // A refused name stays in the field, with the reason.
  const commit = async (): Promise<void> => {
    const name = draft?.trim();
    if (pending.current) {
      return; // Enter also takes the focus away.
    }
    pending.current = true;
    try {
      if (name && name !== cluster.name) {
        await clusters.change(cluster.id, { name });
      }
      stop();
    } catch (reason) {
      setError((reason as Error).message);
    } finally {
      pending.current = false;
    }
  };
  const stop = (): void => {
    setDraft(null);
    setError('');
  };

  if (draft !== null) {
    return (
      <span className="jp-ClusterLauncher-nameField">
        <input
          className="jp-ClusterLauncher-nameInput jp-mod-styled"
          aria-invalid={!!error}
          aria-label={trans.__('Cluster name')}
          value={draft}
          autoFocus
          onFocus={event => event.target.select()}
          onChange={event => {
            setDraft(event.target.value);
            setError('');
          }}
          onBlur={() => {
            // What was refused stays until it is corrected, or Escape.
            if (!error) {
              void commit();
            }
          }}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              void commit();
            } else if (event.key === 'Escape') {
              event.stopPropagation();
              stop();
            }
          }}
        />
        <ErrorMessage error={error || null} />
      </span>
    );
  }
  return (
    <h3 className="jp-ClusterLauncher-nameHeading" aria-label={cluster.name}>
      <button
        type="button"
        className="jp-ClusterLauncher-name"
        title={trans.__('%1 (click to rename)', cluster.name)}
        aria-label={trans.__('Rename %1', cluster.name)}
        onClick={() => setDraft(cluster.name)}
      >
        {cluster.name}
      </button>
    </h3>
  );
}
