import React, { useState } from 'react';
import { notifyError } from '../../commands/pick';
import { IRowProps } from './props';

/**
 * The name of a cluster, which becomes a text field on click.
 */
export function EditableName({ cluster, context }: IRowProps): JSX.Element {
  const { clusters, trans } = context;
  const [draft, setDraft] = useState<string | null>(null);

  const commit = (): void => {
    const name = draft?.trim();
    setDraft(null);
    if (name && name !== cluster.name) {
      clusters.change(cluster.id, { name }).catch(notifyError);
    }
  };

  if (draft !== null) {
    return (
      <input
        className="jp-ClusterLauncher-nameInput jp-mod-styled"
        aria-label={trans.__('Cluster name')}
        value={draft}
        autoFocus
        onFocus={event => event.target.select()}
        onChange={event => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            commit();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            setDraft(null);
          }
        }}
      />
    );
  }
  return (
    <button
      type="button"
      className="jp-ClusterLauncher-name"
      title={trans.__('%1 (click to rename)', cluster.name)}
      aria-label={trans.__('Rename %1', cluster.name)}
      onClick={() => setDraft(cluster.name)}
    >
      {cluster.name}
    </button>
  );
}
