import { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { ICluster } from '../../tokens';
import { bytes } from '../../format';

/**
 * How much of a cluster is in use: CPU, memory and tasks.
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
  const cpu = Math.round(usage.cpu * 100);
  return (
    <div className="jp-ClusterLauncher-meters">
      <Meter
        label={trans.__('CPU')}
        share={usage.cpu}
        text={trans.__('%1%', cpu)}
      />
      <Meter
        label={trans.__('Memory')}
        share={memory ? usage.memory / memory : 0}
        text={bytes(usage.memory)}
      />
      <span className="jp-ClusterLauncher-tasks">
        {trans._n('%1 task', '%1 tasks', usage.tasks)}
      </span>
    </div>
  );
}

/**
 * A share of a whole.
 */
function Meter(props: {
  label: string;
  share: number;
  text: string;
}): JSX.Element {
  const share = Math.min(Math.max(props.share, 0), 1);
  return (
    <div className="jp-ClusterLauncher-meter">
      <span>{props.label}</span>
      <div
        className="jp-ClusterLauncher-bar"
        role="meter"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={props.text}
      >
        <div style={{ width: `${share * 100}%` }} />
      </div>
      <span>{props.text}</span>
    </div>
  );
}
