import React from 'react';
import { CommandIDs } from '../commands';
import { watchDrag } from '../drag';
import { ROW_CLASS } from '../pick';
import { lockIcon } from '../icons';
import { ICluster, IPlatform } from '../tokens';
import {
  duration,
  hasEnded,
  idleText,
  isAlive,
  sizeText,
  stateWord,
  timeLeftText,
  workersText
} from '../words';
import { RowActions, RowCorner } from './actions';
import { ISidebarContext } from './context';
import { useNow } from './hooks';
import { Meters } from './meters';
import { EditableName } from './name';
import { Scale } from './scale';
import { VersionNotes } from './versions';

/** A second, while something is awaited. */
const FAST = 1_000;

/** Often enough for text in minutes. */
const SLOW = 15_000;

/** What a row is given. */
export interface IRowProps {
  cluster: ICluster;
  context: ISidebarContext;
  /** The cluster's platform, where the list of platforms is known. */
  platform: IPlatform | undefined;
}

/**
 * One cluster. Drawn again only when its report changed.
 */
export const ClusterRow = React.memo(function ClusterRow(
  props: IRowProps
): JSX.Element {
  const { cluster, context, platform } = props;
  const { trans } = context;
  return (
    <li
      className={ROW_CLASS}
      data-cluster-id={cluster.id}
      data-state={cluster.state}
      data-ready={cluster.workers.ready}
      data-requested={cluster.workers.requested}
      aria-label={cluster.name}
    >
      <div
        className="jp-ClusterLauncher-rowHead"
        onPointerDown={event => {
          const { notebooks } = context;
          const code = notebooks?.code(cluster, 'connect') ?? null;
          if (code !== null && event.button === 0 && !isControl(event.target)) {
            event.preventDefault(); // It would select text.
            const mark = { cluster_id: cluster.id, code };
            watchDrag(event, mark, cluster.name, (node, id) =>
              notebooks!.dropped(node, id)
            );
          }
        }}
      >
        <EditableName {...props} />
        {cluster.tls && (
          <lockIcon.react
            tag="span"
            className="jp-ClusterLauncher-lock"
            title={trans.__('Traffic is encrypted')}
          />
        )}
        <RowCorner {...props} />
      </div>
      <StateLine cluster={cluster} context={context} platform={platform} />
      {isAlive(cluster) && <Workers {...props} />}
      {cluster.state === 'running' && (
        <>
          <Meters cluster={cluster} trans={trans} />
          <Scale {...props} />
          <Idle {...props} />
        </>
      )}
      <VersionNotes cluster={cluster} context={context} />
      {cluster.warnings.map(warning => (
        <p key={warning} className="jp-ClusterLauncher-warning">
          {warning}
        </p>
      ))}
      {hasEnded(cluster) ? <Ended {...props} /> : <RowActions {...props} />}
    </li>
  );
});

/**
 * Whether a press is meant for a control, and not for the row.
 */
function isControl(target: EventTarget): boolean {
  return !!(target as Element).closest(
    'input, button:not(.jp-ClusterLauncher-name)'
  );
}

/**
 * Platform, state in words, and how long it has been starting.
 */
function StateLine({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const waiting = cluster.state === 'starting' || cluster.state === 'closing';
  const now = useNow(cluster.state === 'starting' ? FAST : null);
  const elapsed =
    cluster.state === 'starting'
      ? duration(now - Date.parse(cluster.created), trans)
      : '';
  const parts = [
    stateWord(cluster.state, trans),
    elapsed,
    cluster.name.startsWith(cluster.platform_title)
      ? ''
      : cluster.platform_title,
    cluster.joined ? trans.__('joined') : ''
  ];
  return (
    <div className="jp-ClusterLauncher-stateLine">
      <span
        className={
          'jp-ClusterLauncher-dot' +
          (waiting ? ' jp-ClusterLauncher-mod-waiting' : '')
        }
        aria-hidden="true"
      />
      <span className="jp-ClusterLauncher-state">
        {parts.filter(part => part).join(' · ')}
      </span>
      {cluster.message && !hasEnded(cluster) && (
        <div className="jp-ClusterLauncher-message">{cluster.message}</div>
      )}
    </div>
  );
}

/**
 * Workers there and asked for, what the queue says, size and time left.
 */
function Workers({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const now = useNow(cluster.expires ? SLOW : null);
  const { ready, requested, failed } = cluster.workers;
  const label = workersText(cluster, trans);
  const total = Math.max(requested, ready, 1);
  const details = [
    cluster.queue ?? '',
    failed ? trans._n('%1 failed', '%1 failed', failed) : '',
    sizeText(cluster, trans),
    timeLeftText(cluster, now, trans)
  ].filter(part => part);
  return (
    <div className="jp-ClusterLauncher-workers">
      <span className="jp-ClusterLauncher-workersText">{label}</span>
      <div
        className="jp-ClusterLauncher-bar"
        role="progressbar"
        aria-label={trans.__('Workers ready')}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={Math.min(ready, total)}
        aria-valuetext={label}
      >
        <div style={{ width: `${(100 * Math.min(ready, total)) / total}%` }} />
      </div>
      {details.length > 0 && (
        <div className="jp-ClusterLauncher-details">{details.join(' · ')}</div>
      )}
    </div>
  );
}

/**
 * When an idle cluster closes, and one click to keep it.
 */
function Idle({ cluster, context }: IRowProps): JSX.Element | null {
  const { clusters, trans } = context;
  const now = useNow(cluster.idle?.closes_at ? SLOW : null);
  const text = idleText(cluster, now, trans);
  const [error, setError] = React.useState('');
  if (!text) {
    return null;
  }
  return (
    <div className="jp-ClusterLauncher-idle">
      <span>{error || text}</span>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        title={trans.__('Count the idle time from now')}
        onClick={() => {
          clusters.change(cluster.id, { keep: true }).then(
            () => setError(''),
            (reason: Error) => setError(reason.message)
          );
        }}
      >
        {trans.__('Keep')}
      </button>
    </div>
  );
}

/**
 * Why a cluster ended; the reason stays until it is dismissed.
 */
function Ended({ cluster, context }: IRowProps): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id };
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
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={() => void commands.execute(CommandIDs.showLogs, args)}
      >
        {trans.__('Show log')}
      </button>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={() => void commands.execute(CommandIDs.stop, args)}
      >
        {cluster.state === 'lost' ? trans.__('Clean up') : trans.__('Dismiss')}
      </button>
    </div>
  );
}
