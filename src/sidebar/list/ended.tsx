import React from 'react';
import { CommandIDs } from '../../commands/ids';
import { TextButton } from '../../components/button';
import { usedText } from '../../usage';
import { Again } from './again';
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
