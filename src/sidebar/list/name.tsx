import React, { useState } from 'react';
import { ErrorMessage } from '../../components/alert';
import { nameFor } from '../../components/button';
import { isComposing } from '../../components/keys';
import { IRowProps } from './props';

/**
 * The name of a cluster, which becomes a text field on click.
 */
export function EditableName(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  const { trans } = context;
  const [isEditing, setEditing] = useState(false);
  return isEditing ? (
    <NameField {...props} onDone={() => setEditing(false)} />
  ) : (
    <h3 className="jp-ClusterLauncher-nameHeading" aria-label={cluster.name}>
      <button
        type="button"
        className="jp-ClusterLauncher-name"
        data-action="rename"
        title={trans.__('%1 (click to rename)', cluster.name)}
        aria-label={trans.__('Rename %1', cluster.name)}
        onClick={() => setEditing(true)}
      >
        {cluster.name}
      </button>
    </h3>
  );
}

/**
 * The text field for the name.
 *
 * @param props.onDone - called after the name was accepted, and with Escape
 */
function NameField(props: IRowProps & { onDone: () => void }): JSX.Element {
  const { cluster, context, onDone } = props;
  const { clusters, trans } = context;
  const [before] = useState(cluster.name);
  const [draft, setDraft] = useState(before);
  const [error, setError] = useState('');
  // Until the server has answered: what is typed meanwhile would be lost.
  const [isPending, setPending] = useState(false);

  // A refused name stays in the field, with the reason.
  const commit = async (): Promise<void> => {
    const name = draft.trim();
    // Nothing was typed, while another window may have renamed the cluster.
    if (!name || name === before || name === cluster.name) {
      onDone();
      return;
    }
    setPending(true);
    try {
      await clusters.change(cluster.id, { name });
      onDone();
    } catch (reason) {
      setError((reason as Error).message);
      setPending(false);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (isComposing(event)) {
      return;
    }
    if (event.key === 'Enter' && !isPending) {
      void commit();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (!isPending) {
        onDone();
      }
    }
  };
  return (
    <span className="jp-ClusterLauncher-nameField" data-opener="rename">
      <input
        className="jp-ClusterLauncher-nameInput jp-mod-styled"
        aria-invalid={!!error}
        aria-label={nameFor(trans.__('Cluster name'), [cluster.name], trans)}
        readOnly={isPending}
        value={draft}
        autoFocus
        onFocus={event => event.target.select()}
        onChange={event => {
          setDraft(event.target.value);
          setError('');
        }}
        onBlur={() => {
          // What was refused stays until it is corrected, or Escape.
          if (!error && !isPending) {
            void commit();
          }
        }}
        onKeyDown={onKeyDown}
      />
      <ErrorMessage error={error || null} />
    </span>
  );
}
