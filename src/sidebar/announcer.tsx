import React, { useEffect, useState } from 'react';
import { IClusters } from '../tokens';
import { announcement } from '../format';
import { ISidebarContext } from './context';

/**
 * Tells a screen reader when the state of a cluster changed.
 */
export function Announcer(props: { context: ISidebarContext }): JSX.Element {
  const { clusters, trans } = props.context;
  const [text, setText] = useState('');
  useEffect(() => {
    const slot = (_: IClusters, change: IClusters.IChange): void => {
      const words =
        change.type === 'removed'
          ? trans.__('%1 is gone', change.old!.name)
          : change.new
            ? announcement(change.old, change.new, trans)
            : '';
      if (words) {
        setText(words);
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
