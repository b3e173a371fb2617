import { refreshIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useMemo, useState } from 'react';
import { CommandIDs } from '../../commands/ids';
import { confirmRestart } from '../../commands/restart';
import { ErrorMessage } from '../../components/alert';
import { IconButton, nameFor } from '../../components/button';
import { useSignal } from '../../components/hooks';
import { LoadText } from '../../components/loadtext';
import { logIcon } from '../../icons';
import { IDeadWorker, IWorker } from '../../tokens';
import { isDecimal, workerTexts } from '../../usage';
import { RowButton } from './button';
import { IRowProps } from './props';
import { WorkersModel } from './workersmodel';

/** The number of workers that are shown until the user asks for all. */
const FEW = 12;

/**
 * The workers of a cluster one by one, with a button to restart each, and those
 * that died.
 */
export function Workers(props: IRowProps): JSX.Element | null {
  const { cluster, context } = props;
  const { clusters, trans } = context;
  const model = useMemo(
    () => new WorkersModel(clusters, cluster.id),
    [clusters, cluster.id]
  );
  useSignal(model.changed);
  useEffect(() => void model.refresh(), [model, cluster]);
  const [isComplete, setComplete] = useState(false);
  const { workers, dead } = model.list ?? { workers: [], dead: [] };
  const shown = isComplete ? workers : troubledFirst(workers).slice(0, FEW);
  const hosts = new Set(workers.map(({ host }) => host));
  return (
    <>
      <ErrorMessage error={model.error} />
      {shown.length > 0 && (
        <Section {...{ cluster, context }} title={trans.__('Workers')}>
          {shown.map(worker => (
            <WorkerItem
              key={worker.id}
              {...props}
              host={hosts.size > 1 ? worker.host : ''}
              model={model}
              worker={worker}
            />
          ))}
        </Section>
      )}
      {shown.length < workers.length && (
        <RowButton
          {...{ cluster, context }}
          text={trans.__('Show all %1 workers', workers.length)}
          onClick={() => setComplete(true)}
        />
      )}
      {workers.some(({ restartable }) => !restartable) && (
        <p className="jp-ClusterLauncher-hint">
          {trans.__(
            'Workers without a nanny, the process that looks after them, cannot be restarted.'
          )}
        </p>
      )}
      {dead.length > 0 && (
        <Section {...{ cluster, context }} title={trans.__('Died')}>
          {dead.map(worker => (
            <DeadItem
              key={`${worker.id} ${worker.when}`}
              {...props}
              worker={worker}
            />
          ))}
        </Section>
      )}
    </>
  );
}

/** Workers in the same order, those that are not just running before the others. */
function troubledFirst(workers: readonly IWorker[]): IWorker[] {
  const isFine = ({ state }: IWorker): boolean => state === 'running';
  return [...workers.filter(one => !isFine(one)), ...workers.filter(isFine)];
}

/** A list with a title. Its name ends with the cluster. */
function Section({
  children,
  cluster,
  context,
  title
}: Pick<IRowProps, 'cluster' | 'context'> & {
  title: string;
  children: React.ReactNode;
}): JSX.Element {
  return (
    <>
      <h4 className="jp-ClusterLauncher-detailHeading">{title}</h4>
      <ul
        className="jp-ClusterLauncher-workers"
        aria-label={nameFor(title, [cluster.name], context.trans)}
      >
        {children}
      </ul>
    </>
  );
}

/** A worker, with buttons to restart it and to show its log. */
function WorkerItem(
  props: IRowProps & { host: string; model: WorkersModel; worker: IWorker }
): JSX.Element {
  const { cluster, context, host, model, worker } = props;
  const { trans } = context;
  const isRestarting = model.restarting.has(worker.id);
  const restart = async (): Promise<void> => {
    // What it holds may have changed since it was listed.
    await model.refresh();
    const now = model.list?.workers.find(({ id }) => id === worker.id);
    if (await confirmRestart(now ?? worker, trans)) {
      await model.restart(worker.id);
    }
  };
  const texts = workerTexts(worker, isDecimal(cluster), trans);
  return (
    <li>
      <div className="jp-ClusterLauncher-workerText">
        <span className="jp-ClusterLauncher-workerName">{worker.name}</span>
        <LoadText
          texts={
            isRestarting
              ? [{ text: trans.__('restarting…') }]
              : host
                ? [...texts, { text: host }]
                : texts
          }
        />
      </div>
      {worker.restartable && (
        <IconButton
          icon={refreshIcon}
          action="restart-worker"
          label={trans.__('Restart worker %1 of %2', worker.name, cluster.name)}
          disabled={isRestarting}
          onClick={() => void restart()}
        />
      )}
      <LogButton {...props} />
    </li>
  );
}

/** A worker that died, with a button to show what was logged about it. */
function DeadItem(props: IRowProps & { worker: IDeadWorker }): JSX.Element {
  const { worker } = props;
  return (
    <li>
      <div className="jp-ClusterLauncher-workerText">
        <span className="jp-ClusterLauncher-workerName">{worker.name}</span>
        <LoadText
          texts={[
            {
              text: new Date(worker.when).toLocaleTimeString([], {
                timeStyle: 'short'
              })
            },
            { text: worker.reason }
          ]}
        />
      </div>
      <LogButton {...props} />
    </li>
  );
}

/** The button that shows the log of a worker. */
function LogButton({
  cluster,
  context,
  worker
}: IRowProps & { worker: { id: string; name: string } }): JSX.Element {
  const { commands, trans } = context;
  const args = { id: cluster.id, source: `worker ${worker.id}` };
  return (
    <IconButton
      icon={logIcon}
      action="worker-log"
      label={trans.__('Log of worker %1 of %2', worker.name, cluster.name)}
      onClick={() => void commands.execute(CommandIDs.showLogs, args)}
    />
  );
}
