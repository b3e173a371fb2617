import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import { announcement } from '../format';
import { IClusters } from '../tokens';

/**
 * Announces to screen readers when the state of a cluster changed.
 */
export function Announcer(props: {
  clusters: IClusters;
  trans: TranslationBundle;
}): JSX.Element {
  const { clusters, trans } = props;
  const [text, setText] = useState('');
  useEffect(() => {
    const slot = (_: IClusters, change: IClusters.IChange): void => {
      const announced = announce(change, trans);
      if (announced) {
        setText(announced);
      }
    };
    clusters.changed.connect(slot);
    return () => {
      clusters.changed.disconnect(slot);
    };
  }, [clusters, trans]);
  return (
    <div
      className="jp-ClusterLauncher-announcer"
      role="status"
      aria-live="polite"
    >
      {text}
    </div>
  );
}

/** The text that announces a change; empty if it is minor. */
function announce(change: IClusters.IChange, trans: TranslationBundle): string {
  if (change.type === 'removed') {
    return trans.__('%1 was removed', change.old!.name);
  }
  return change.new ? announcement(change.old, change.new, trans) : '';
}
