import React from 'react';
import { useInView } from 'react-intersection-observer';
import { watchDrag } from '../../notebook/drag';
import { ROW_CLASS } from '../../commands/pick';
import { lockIcon } from '../../icons';
import { duration, hasEnded, isAlive, stateWord } from '../../format';
import { RowActions, RowCorner } from './actions';
import { IRowProps } from '../context';
import { Ended, Idle } from './ended';
import { FAST, useNow } from '../../components/hooks';
import { Meters } from './meters';
import { EditableName } from './name';
import { Progress } from './progress';
import { Scale } from './scale';
import { VersionNotes } from '../../versions/table';

/** How far outside of what is seen rows are drawn, so that none pops up. */
const AHEAD = '800px 0px';

/**
 * One cluster. Drawn again only when its report changed, and in full only when
 * it has come near to what is seen: the name and the state are there always.
 *
 * @param props.early - whether to draw it in full from the beginning
 * @param props.viewport - the element that scrolls; null while it is unknown
 */
export const ClusterRow = React.memo(function ClusterRow({
  early,
  viewport,
  ...props
}: IRowProps & { early: boolean; viewport: Element | null }): JSX.Element {
  const { cluster } = props;
  const { ref, inView } = useInView({
    root: viewport,
    rootMargin: AHEAD,
    skip: early || viewport === null,
    triggerOnce: true
  });
  const full = early || inView;
  return (
    <li
      ref={ref}
      className={
        full ? ROW_CLASS : `${ROW_CLASS} jp-ClusterLauncher-mod-distant`
      }
      data-cluster-id={cluster.id}
      data-state={cluster.state}
      data-ready={cluster.workers.ready}
      data-requested={cluster.workers.requested}
      aria-label={cluster.name}
    >
      {full ? (
        <>
          <Head {...props} />
          <StateLine {...props} />
          <Details {...props} />
        </>
      ) : (
        <>
          <EditableName {...props} />
          <StateLine {...props} />
        </>
      )}
    </li>
  );
});

/**
 * The name, by which the row can be dragged, and what is done once.
 */
function Head(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  const { notebooks, trans } = context;
  return (
    <div
      className="jp-ClusterLauncher-rowHead"
      onPointerDown={event => {
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
  );
}

/**
 * How far the cluster is, how it is, and what is done with it all day.
 */
function Details(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  return (
    <>
      {isAlive(cluster) && <Progress {...props} />}
      {cluster.state === 'running' && (
        <>
          <Meters cluster={cluster} trans={context.trans} />
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
    </>
  );
}

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
