import React from 'react';
import { useInView } from 'react-intersection-observer';
import { ROW_CLASS } from '../../commands/pick';
import { traitsOf } from '../../commands/rowitems';
import { Warnings } from '../../components/alert';
import { EVERY_SECOND, useNow } from '../../components/hooks';
import {
  durationText,
  hasEnded,
  isAlive,
  platformText,
  stateText
} from '../../format';
import { keepIcon, lockIcon } from '../../icons';
import { watchDrag } from '../../notebook/drag';
import { VersionNotes } from '../../versions/table';
import { RowActions, RowCorner } from './actions';
import { Again } from './again';
import { Details } from './details';
import { Ended } from './ended';
import { Idle } from './idle';
import { Load } from './load';
import { EditableName } from './name';
import { IRowProps } from './props';
import { Summary } from './summary';

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
      data-traits={traitsOf(cluster).join(' ')}
      data-ready={cluster.workers.ready}
      data-requested={cluster.workers.requested}
      aria-label={cluster.name}
    >
      {isFull ? (
        <>
          <Head {...props} />
          <StateLine {...props} />
          <Body {...props} />
        </>
      ) : (
        <>
          <EditableName {...props} />
          <StateLine {...props} />
          {isAlive(cluster) && <Summary {...props} />}
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
        // A finger that moves scrolls.
        const isPress = event.button === 0 && event.pointerType !== 'touch';
        if (code !== null && isPress && !isControl(event.target)) {
          event.preventDefault(); // Do not select text.
          const { id: cluster_id, name } = cluster;
          watchDrag(
            event,
            { cluster_id, name, code },
            (node, id) => void notebooks!.handleDrop(node, id, cluster)
          );
        }
      }}
    >
      <EditableName {...props} />
      {cluster.keep_running && (
        <keepIcon.react
          tag="span"
          className="jp-ClusterLauncher-mark"
          title={trans.__('Keeps running when Jupyter stops')}
        />
      )}
      {cluster.tls && (
        <lockIcon.react
          tag="span"
          className="jp-ClusterLauncher-mark"
          title={trans.__('Traffic is encrypted')}
        />
      )}
      <RowCorner {...props} />
    </div>
  );
}

/**
 * The body of a row: size, load, warnings, actions and details.
 */
function Body(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  return (
    <>
      {isAlive(cluster) && <Summary {...props} />}
      {cluster.state === 'running' && (
        <>
          <Load {...props} />
          {cluster.again && (
            <div className="jp-ClusterLauncher-short">
              <Again {...props} />
            </div>
          )}
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
      {cluster.state === 'running' && <Details {...props} />}
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
 * The state, how long the cluster has been starting, and its message. A running
 * cluster needs no words for that.
 */
function StateLine({ cluster, context }: IRowProps): JSX.Element | null {
  const { trans } = context;
  const isStarting = cluster.state === 'starting';
  const isBusy = isStarting || cluster.state === 'closing';
  const now = useNow(isStarting ? EVERY_SECOND : null);
  const message = hasEnded(cluster) ? '' : cluster.message;
  if (cluster.state === 'running') {
    return message ? (
      <div className="jp-ClusterLauncher-message">{message}</div>
    ) : null;
  }
  const elapsed = isStarting
    ? durationText(now - Date.parse(cluster.created), trans)
    : '';
  const platform = isAlive(cluster) ? '' : platformText(cluster);
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
        {[stateText(cluster.state, trans), elapsed, platform]
          .filter(part => part)
          .join(' · ')}
      </span>
      {message && <div className="jp-ClusterLauncher-message">{message}</div>}
    </div>
  );
}
