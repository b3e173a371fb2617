import React from 'react';
import { CommandIDs } from '../../commands/ids';
import { usedText } from '../../usage';
import { Again } from './again';
import { RowButton } from './button';
import { IRowProps } from './props';

/**
 * Why a cluster has ended and what it has used, with buttons to launch it again,
 * with what its end asks for, to show its logs, and to dismiss it.
 */
export function Ended({ cluster, context, platform }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
  const used = usedText(cluster, trans);
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
      {used && <p className="jp-ClusterLauncher-message">{used}</p>}
      <Correct {...{ cluster, context, platform }} />
      {cluster.again && <Again {...{ cluster, context }} />}
      <RowButton
        {...{ cluster, context }}
        text={trans.__('Show logs')}
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      />
      <RowButton
        {...{ cluster, context }}
        text={
          cluster.state === 'lost' ? trans.__('Clean up') : trans.__('Dismiss')
        }
        onClick={() => void commands.execute(CommandIDs.stop, args)}
      />
    </div>
  );
}

/**
 * The button that shows the launch of the cluster in the form, with the focus on
 * the field that its failure is about. Nothing where that is not known.
 */
function Correct({
  cluster,
  context,
  platform
}: IRowProps): JSX.Element | null {
  const { launch, trans } = context;
  const { adapt, again, options } = cluster;
  const option = again?.field && platform?.options.properties[again.field];
  if (!option || !platform.available) {
    return null;
  }
  return (
    <RowButton
      {...{ cluster, context }}
      text={trans.__('Change %1…', option.title ?? again.field)}
      onClick={() => {
        // It may have been scaled to 0, with which nothing can be computed.
        const workers = cluster.workers.requested || platform.workers.suggested;
        // A row leaves out paths and the like, which the form still has.
        const { options: before } = launch.forms.get(platform);
        launch.presets.apply({
          ...{ adapt, workers, options: { ...before, ...options } },
          platform: cluster.platform
        });
        // Notebooks know it by this name.
        launch.draft.name = cluster.name;
        launch.fold.show(platform.name, again.field);
      }}
    />
  );
}
