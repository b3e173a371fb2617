import React, { useState } from 'react';
import { ErrorMessage } from '../../components/alert';
import { EVERY_QUARTER_MINUTE, useNow } from '../../components/hooks';
import { idleText } from '../../format';
import { RowButton } from './button';
import { IRowProps } from './props';

/**
 * When an idle cluster shuts down, and a button to keep it. Nothing while the
 * cluster is busy.
 */
export function Idle(props: IRowProps): JSX.Element | null {
  const { cluster, context } = props;
  const now = useNow(cluster.idle?.closes_at ? EVERY_QUARTER_MINUTE : null);
  const text = idleText(cluster, now, context.trans);
  return text ? <IdleTime {...props} text={text} /> : null;
}

/**
 * A text about the idle time, and the button. A refusal is for this idle time only.
 */
function IdleTime(props: IRowProps & { text: string }): JSX.Element {
  const { cluster, context, text } = props;
  const { clusters, trans } = context;
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const extend = async (): Promise<void> => {
    setBusy(true);
    setError(''); // The same error is announced again.
    try {
      await clusters.change(cluster.id, { keep: true });
    } catch (reason) {
      setError((reason as Error).message);
    }
    setBusy(false);
  };
  return (
    <div className="jp-ClusterLauncher-idle">
      <span>{text}</span>
      <RowButton
        {...{ busy, cluster, context }}
        text={trans.__('Extend')}
        title={trans.__('Start the idle time of %1 again', cluster.name)}
        onClick={() => void extend()}
      />
      <ErrorMessage error={error || null} />
    </div>
  );
}
