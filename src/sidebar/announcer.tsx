import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import { announcement } from '../format';
import { IClusters } from '../tokens';

/** The most changes that are announced one by one if they come at once. */
const MAX_TEXTS = 3;

/**
 * Announces to screen readers when the state of a cluster changed: all that changes
 * at once together, and a text again that was announced before. Of many changes, such
 * as after a loss of the connection, only the number. Nothing of the first list, with
 * which nothing has changed.
 */
export function Announcer(props: {
  clusters: IClusters;
  trans: TranslationBundle;
}): JSX.Element {
  const { clusters, trans } = props;
  const [said, setSaid] = useState<ISaid>({ count: 0, texts: [] });
  useEffect(() => {
    let isListed = clusters.status === 'ready';
    let waiting: string[] = [];
    const flush = (): void => {
      const { length } = waiting;
      const texts =
        length > MAX_TEXTS
          ? [trans._n('%1 cluster changed', '%1 clusters changed', length)]
          : waiting;
      waiting = [];
      setSaid(({ count }) => ({ count: count + 1, texts }));
    };
    const slot = (_: IClusters, change: IClusters.IChange): void => {
      if (!isListed) {
        // The status follows the clusters of the list.
        isListed = clusters.status === 'ready';
        return;
      }
      const announced = announce(change, trans);
      if (announced && waiting.push(announced) === 1) {
        void Promise.resolve().then(flush);
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
      <div key={said.count}>
        {said.texts.map((text, index) => (
          <p key={index}>{text}</p>
        ))}
      </div>
    </div>
  );
}

/** What was announced last, and how often something was. */
interface ISaid {
  count: number;
  texts: string[];
}

/** The text that announces a change; empty if it is minor. */
function announce(change: IClusters.IChange, trans: TranslationBundle): string {
  if (change.type === 'removed') {
    return trans.__('%1 was removed', change.old!.name);
  }
  return change.new ? announcement(change.old, change.new, trans) : '';
}
