import React from 'react';
import { Bar } from '../../components/bar';
import { EVERY_QUARTER_MINUTE, useNow } from '../../components/hooks';
import { sizeText, spentText, timeLeftText, workersText } from '../../format';
import { IRowProps } from './props';

/**
 * The number of workers, and details: the state of the batch system, failed
 * workers, size, cost and time left.
 */
export function Progress({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const hasTime = cluster.expires || cluster.spent;
  const now = useNow(hasTime ? EVERY_QUARTER_MINUTE : null);
  const { ready, requested, failed } = cluster.workers;
  const text = workersText(cluster, trans);
  const details = [
    cluster.queue ?? '',
    failed ? trans._n('%1 failed', '%1 failed', failed) : '',
    sizeText(cluster, trans),
    spentText(cluster, now, trans),
    timeLeftText(cluster, now, trans)
  ].filter(part => part);
  return (
    <div className="jp-ClusterLauncher-workers">
      <span className="jp-ClusterLauncher-workersText">{text}</span>
      <Bar
        role="progressbar"
        label={trans.__('Workers ready')}
        value={ready}
        maximum={Math.max(requested, ready, 1)}
        text={text}
      />
      {details.length > 0 && (
        <div className="jp-ClusterLauncher-details">{details.join(' · ')}</div>
      )}
    </div>
  );
}
