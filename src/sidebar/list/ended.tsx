import React, { useState } from 'react';
import { CommandIDs } from '../../commands/ids';
import { TextButton } from '../../components/button';
import { usedText } from '../../usage';
import { IRowProps } from './props';

/**
 * Why a cluster has ended and what it has used, with buttons to launch it again,
 * with what its end asks for, to show its logs, and to dismiss it.
 */
export function Ended({ cluster, context }: IRowProps): JSX.Element {
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
      {cluster.again && <Again {...{ cluster, context }} />}
      <TextButton
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      >
        {trans.__('Show logs')}
      </TextButton>
      <TextButton onClick={() => void commands.execute(CommandIDs.stop, args)}>
        {cluster.state === 'lost' ? trans.__('Clean up') : trans.__('Dismiss')}
      </TextButton>
    </div>
  );
}

/** The button that launches a cluster again, once for each click. */
function Again({
  cluster,
  context
}: Pick<IRowProps, 'cluster' | 'context'>): JSX.Element {
  const { commands, trans } = context;
  const [isBusy, setBusy] = useState(false);
  const { id, again } = cluster;
  const launch = async (): Promise<void> => {
    setBusy(true);
    await commands.execute(CommandIDs.launchAgain, { id });
    setBusy(false);
  };
  return (
    <TextButton disabled={isBusy} onClick={() => void launch()}>
      {again?.change
        ? trans.__('Launch again %1', again.change)
        : trans.__('Launch again')}
    </TextButton>
  );
}
