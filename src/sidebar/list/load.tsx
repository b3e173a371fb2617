import React from 'react';
import { Bar } from '../../components/bar';
import { LoadText } from '../../components/loadtext';
import { workersText } from '../../format';
import { loadTexts } from '../../usage';
import { IRowProps } from './props';

/**
 * How far a cluster is: a bar of the workers that are ready while some are
 * missing, else of the tasks that are done; then numbers. What is wrong has a
 * colour.
 */
export function Load({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const { adapt, name, usage } = cluster;
  const { ready, requested } = cluster.workers;
  const texts = loadTexts(cluster, trans);
  const isGrowing = !adapt && ready < requested;
  return (
    <div className="jp-ClusterLauncher-load">
      {isGrowing ? (
        <Bar
          role="progressbar"
          label={trans.__('Workers of %1', name)}
          value={ready}
          maximum={requested}
          text={workersText(cluster, trans)}
        />
      ) : (
        usage !== null &&
        usage.tasks > 0 && (
          <Bar
            role="progressbar"
            label={trans.__('Tasks of %1', name)}
            value={usage.done}
            failed={usage.failed}
            maximum={usage.tasks}
            text={texts[0].text}
          />
        )
      )}
      <LoadText texts={texts} />
    </div>
  );
}
