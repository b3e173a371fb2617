import React from 'react';
import { sizeText, spentText, timeLeftText, workersText } from '../../format';
import { IRowProps } from '../context';
import { SLOW, useNow } from '../../components/hooks';

/**
 * Workers there and asked for, what the queue says, size, cost and time left.
 */
export function Progress({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const now = useNow(cluster.expires || cluster.spent ? SLOW : null);
  const { ready, requested, failed } = cluster.workers;
  const label = workersText(cluster, trans);
  const total = Math.max(requested, ready, 1);
  const details = [
    cluster.queue ?? '',
    failed ? trans._n('%1 failed', '%1 failed', failed) : '',
    sizeText(cluster, trans),
    spentText(cluster, now, trans),
    timeLeftText(cluster, now, trans)
  ].filter(part => part);
  return (
    <div className="jp-ClusterLauncher-workers">
      <span className="jp-ClusterLauncher-workersText">{label}</span>
      <div
        className="jp-ClusterLauncher-bar"
        role="progressbar"
        aria-label={trans.__('Workers ready')}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={Math.min(ready, total)}
        aria-valuetext={label}
      >
        <div style={{ width: `${(100 * Math.min(ready, total)) / total}%` }} />
      </div>
      {details.length > 0 && (
        <div className="jp-ClusterLauncher-details">{details.join(' · ')}</div>
      )}
    </div>
  );
}
