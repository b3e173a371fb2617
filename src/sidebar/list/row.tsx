import React from 'react';
import { useInView } from 'react-intersection-observer';
import { ROW_CLASS } from '../../commands/pick';
import { Warnings } from '../../components/alert';
import { EVERY_SECOND, useNow } from '../../components/hooks';
import { durationText, hasEnded, isAlive, stateText } from '../../format';
import { lockIcon } from '../../icons';
import { watchDrag } from '../../notebook/drag';
import { VersionNotes } from '../../versions/table';
import { RowActions, RowCorner } from './actions';
import { Ended } from './ended';
import { Idle } from './idle';
import { Meters } from './meters';
import { EditableName } from './name';
import { Progress } from './progress';
import { IRowProps } from './props';
import { Scale } from './scale';

/** How far outside of the viewport rows are rendered in full. */
const MARGIN = '800px 0px';

/**
 * The row of a cluster. It is rendered again only if the cluster changed. Far
 * outside of the viewport, only the name and the state are rendered.
 *
 * @param props.early - whether to render it in full immediately
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
    rootMargin: MARGIN,
    skip: early || viewport === null,
    triggerOnce: true
  });
  const isFull = early || inView;
  return (
    <li
      ref={ref}
      className={
        isFull ? ROW_CLASS : `${ROW_CLASS} jp-ClusterLauncher-mod-distant`
      }
      data-cluster-id={cluster.id}
      data-state={cluster.state}
      data-ready={cluster.workers.ready}
      data-requested={cluster.workers.requested}
      aria-label={cluster.name}
    >
      {isFull ? (
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
 * The head of a row: the name, which can be dragged, and the corner.
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
          event.preventDefault(); // Do not select text.
          const mark = { cluster_id: cluster.id, code };
          watchDrag(event, mark, cluster.name, (node, id) =>
            notebooks!.handleDrop(node, id)
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
 * The details of a row: workers, usage, scaling, warnings and actions.
 */
function Details(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  return (
    <>
      {isAlive(cluster) && <Progress {...props} />}
      {cluster.state === 'running' && (
        <>
          <Meters cluster={cluster} trans={context.trans} />
          {cluster.scalable && <Scale {...props} />}
          <Idle {...props} />
        </>
      )}
      <VersionNotes
        cluster={cluster}
        check={context.check}
        trans={context.trans}
      />
      <Warnings warnings={cluster.warnings} />
      {hasEnded(cluster) ? <Ended {...props} /> : <RowActions {...props} />}
    </>
  );
}

/**
 * Whether an event is for a control other than the name.
 */
function isControl(target: EventTarget): boolean {
  return !!(target as Element).closest(
    'input, button:not(.jp-ClusterLauncher-name)'
  );
}

/**
 * The state, how long the cluster has been starting, and the platform.
 */
function StateLine({ cluster, context }: IRowProps): JSX.Element {
  const { trans } = context;
  const isBusy = cluster.state === 'starting' || cluster.state === 'closing';
  const now = useNow(cluster.state === 'starting' ? EVERY_SECOND : null);
  const elapsed =
    cluster.state === 'starting'
      ? durationText(now - Date.parse(cluster.created), trans)
      : '';
  const parts = [
    stateText(cluster.state, trans),
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
          (isBusy ? ' jp-ClusterLauncher-mod-waiting' : '')
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
