import React from 'react';
import {
  EVERY_QUARTER_MINUTE,
  useNow,
  useSignalValue
} from '../../components/hooks';
import {
  platformText,
  spentText,
  stopsText,
  timeLeftText,
  workersText
} from '../../format';
import { capacityText, failedText } from '../../usage';
import { ICluster } from '../../tokens';
import { ISidebarContext } from '../context';
import { IRowProps } from './props';

/**
 * The size of a cluster in a line: workers, threads, memory, what the batch
 * system says, cost, time left, and the notebooks that use it.
 */
export function Summary({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const hasTime = cluster.expires || cluster.spent;
  const now = useNow(hasTime ? EVERY_QUARTER_MINUTE : null);
  const notebooks = useNotebooks(cluster, context);
  const parts = [
    platformText(cluster),
    cluster.joined ? trans.__('joined') : '',
    workersText(cluster, trans),
    cluster.queue ?? '',
    capacityText(cluster, trans),
    spentText(cluster, now, trans),
    stopsText(cluster, trans),
    timeLeftText(cluster, now, trans),
    notebooks
  ];
  const failed = failedText(cluster, trans);
  return (
    <div className="jp-ClusterLauncher-summaryLine">
      {parts.filter(part => part).join(' · ')}
      {failed && (
        <>
          {' · '}
          <span className="jp-ClusterLauncher-bad">{failed}</span>
        </>
      )}
    </div>
  );
}

/** The names of the open notebooks that use a cluster, joined. */
function useNotebooks(
  cluster: ICluster,
  { notebooks }: ISidebarContext
): string {
  return useSignalValue(
    notebooks?.usersChanged,
    () => notebooks?.users(cluster).join(', ') ?? ''
  );
}
