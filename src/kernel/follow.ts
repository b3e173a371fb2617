import { Notification } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { Kernel, KernelMessage } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { stopCluster } from '../commands/stop';
import { notifyError } from '../commands/pick';
import { hasEnded } from '../format';
import { hasHabit } from '../notebook/metadata';
import { ICluster, IClusters, INotebooks } from '../tokens';
import { clusterFor } from '../toolbar/state';

/** What is needed to follow kernels. */
export interface IFollowOptions {
  /** The clusters. */
  clusters: IClusters;
  /** The open notebooks. */
  notebooks: INotebooks;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Connect notebooks to their cluster when their kernel starts, and stop clusters
 * with the kernel, where the user wants it.
 */
export function followKernels(options: IFollowOptions): void {
  const { notebooks } = options;
  const known = new WeakSet<NotebookPanel>();
  const follow = (): void => {
    for (const panel of notebooks.panels) {
      if (!known.has(panel)) {
        known.add(panel);
        followKernel(panel, options);
      }
    }
  };
  notebooks.usersChanged.connect(follow);
  follow();
}

/** Follow the kernel of a notebook. */
function followKernel(panel: NotebookPanel, options: IFollowOptions): void {
  const { sessionContext } = panel;
  const started = (): void => {
    void connectFresh(panel, options).catch(notifyError);
  };
  sessionContext.kernelChanged.connect((_, { newValue }) => {
    // Also after a restart, with the same kernel.
    if (newValue) {
      started();
    }
  });
  let died = false;
  sessionContext.statusChanged.connect((_, status) => {
    if (died && status === 'idle') {
      started();
    }
    died = status === 'autorestarting' || (died && status !== 'idle');
  });
  sessionContext.sessionChanged.connect((_, { oldValue, newValue }) => {
    if (oldValue && !newValue && !sessionContext.isDisposed) {
      void stopWithKernel(panel, options).catch(notifyError);
    }
  });
  started();
}

/** The cluster that a notebook works with; null if it has none that is running. */
function runningCluster(
  panel: NotebookPanel,
  { clusters, notebooks }: IFollowOptions
): ICluster | null {
  const { cluster } = clusterFor(panel, notebooks, clusters);
  return cluster && !hasEnded(cluster) ? cluster : null;
}

/**
 * Connect a notebook to its cluster if it wants that and nothing has run in its
 * kernel: one that was running before has its own variables.
 */
async function connectFresh(
  panel: NotebookPanel,
  options: IFollowOptions
): Promise<void> {
  const { clusters, notebooks, trans } = options;
  const kernel = panel.sessionContext.session?.kernel;
  const user = notebooks.userOf(panel);
  if (!kernel || !hasHabit(panel, 'connect_on_start', user)) {
    return;
  }
  await clusters.ready;
  const cluster = runningCluster(panel, options);
  const code =
    cluster?.state === 'running'
      ? notebooks.code(cluster, 'connect', panel)
      : null;
  if (!cluster || code === null || !(await isFresh(kernel))) {
    return;
  }
  const reply = await run(kernel, code);
  if (reply?.status === 'error') {
    Notification.warning(
      trans.__(
        '%1 could not connect to %2 when its kernel started. %3: %4',
        panel.title.label,
        cluster.name,
        reply.ename,
        reply.evalue
      ),
      { autoClose: 12000 }
    );
  }
}

/** Whether nothing has run in a kernel since it started, and it runs Python. */
async function isFresh(kernel: Kernel.IKernelConnection): Promise<boolean> {
  const { language_info: language } = (await kernel.info) as any;
  const reply = language?.name === 'python' ? await run(kernel, '') : undefined;
  return reply?.execution_count === 0;
}

/** Run code without a trace in the history and the numbers of cells. */
async function run(
  kernel: Kernel.IKernelConnection,
  code: string
): Promise<KernelMessage.IExecuteReplyMsg['content'] | undefined> {
  const future = kernel.requestExecute({
    code,
    silent: true,
    store_history: false,
    stop_on_error: false
  });
  return (await future.done)?.content;
}

/** Stop the cluster of a notebook whose kernel was shut down, if it wants that. */
async function stopWithKernel(
  panel: NotebookPanel,
  options: IFollowOptions
): Promise<void> {
  const { clusters, notebooks, trans } = options;
  const cluster = hasHabit(panel, 'stop_with_kernel', notebooks.userOf(panel))
    ? runningCluster(panel, options)
    : null;
  await Promise.resolve(); // Until another session may have taken its place.
  if (
    cluster &&
    !panel.sessionContext.session &&
    !isUsedElsewhere(cluster, panel, options)
  ) {
    await stopCluster(cluster, clusters, trans);
  }
}

/** Whether another open notebook goes on with a cluster. */
function isUsedElsewhere(
  { id }: ICluster,
  panel: NotebookPanel,
  options: IFollowOptions
): boolean {
  return options.notebooks.panels.some(
    other => other !== panel && runningCluster(other, options)?.id === id
  );
}
