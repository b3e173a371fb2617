import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Bar } from '../../components/bar';
import { bytesText } from '../../format';
import { ICluster } from '../../tokens';

/**
 * The usage of a cluster: CPU, memory and tasks. Nothing while it has no workers.
 */
export function Meters(props: {
  cluster: ICluster;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { cluster, trans } = props;
  const { usage, memory } = cluster;
  if (!usage || cluster.workers.ready === 0) {
    return null;
  }
  const cpu = 100 * usage.cpu;
  return (
    <div className="jp-ClusterLauncher-meters">
      <Meter
        label={trans.__('CPU')}
        percent={cpu}
        text={trans.__('%1%', Math.round(cpu))}
      />
      <Meter
        label={trans.__('Memory')}
        percent={memory ? (100 * usage.memory) / memory : 0}
        text={bytesText(usage.memory)}
      />
      <span className="jp-ClusterLauncher-tasks">
        {trans._n('%1 task', '%1 tasks', usage.tasks)}
      </span>
    </div>
  );
}

/**
 * A labelled bar with its value.
 */
function Meter(props: {
  label: string;
  percent: number;
  text: string;
}): JSX.Element {
  const { label, percent, text } = props;
  return (
    <div className="jp-ClusterLauncher-meter">
      <span>{label}</span>
      <Bar role="meter" maximum={100} value={percent} {...{ label, text }} />
      <span>{text}</span>
    </div>
  );
}
