import React, { useState } from 'react';
import { againText } from '../../again';
import { CommandIDs } from '../../commands/ids';
import { RowButton } from './button';
import { IRowProps } from './props';

/** The button that launches a cluster again, once for each click. */
export function Again({
  cluster,
  context
}: Pick<IRowProps, 'cluster' | 'context'>): JSX.Element {
  const { commands, trans } = context;
  const [isBusy, setBusy] = useState(false);
  const { id } = cluster;
  const launch = async (): Promise<void> => {
    setBusy(true);
    await commands.execute(CommandIDs.launchAgain, { id });
    setBusy(false);
  };
  return (
    <RowButton
      {...{ cluster, context }}
      text={againText(cluster, trans)}
      busy={isBusy}
      onClick={() => void launch()}
    />
  );
}
