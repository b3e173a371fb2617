import React from 'react';
import { CommandIDs } from '../../commands';
import { idleText } from '../../format';
import { IRowProps } from '../context';
import { SLOW, useNow } from '../../components/hooks';

/**
 * When an idle cluster closes, and one click to keep it.
 */
export function Idle({ cluster, context }: IRowProps): JSX.Element | null {
  const { clusters, trans } = context;
  const now = useNow(cluster.idle?.closes_at ? SLOW : null);
  const text = idleText(cluster, now, trans);
  const [error, setError] = React.useState('');
  if (!text) {
    return null;
  }
  return (
    <div className="jp-ClusterLauncher-idle">
      <span>{error || text}</span>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        title={trans.__('Count the idle time from now')}
        onClick={() => {
          clusters.change(cluster.id, { keep: true }).then(
            () => setError(''),
            (reason: Error) => setError(reason.message)
          );
        }}
      >
        {trans.__('Keep')}
      </button>
    </div>
  );
}

/**
 * Why a cluster ended; the reason stays until it is dismissed.
 */
export function Ended({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  return (
    <div className="jp-ClusterLauncher-ended">
      {cluster.message && (
        <p
          className={
            cluster.state === 'closed'
              ? 'jp-ClusterLauncher-message'
              : 'jp-ClusterLauncher-error'
          }
        >
          {cluster.message}
        </p>
      )}
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      >
        {trans.__('Show log')}
      </button>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={() => void commands.execute(CommandIDs.stop, args)}
      >
        {cluster.state === 'lost' ? trans.__('Clean up') : trans.__('Dismiss')}
      </button>
    </div>
  );
}
