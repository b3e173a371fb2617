import { TranslationBundle } from '@jupyterlab/translation';
import { Target } from '../notebook/target';
import { ICluster } from '../tokens';
import { INotice } from './show';

/** What the buttons of notices do. */
export interface INoticeActions {
  /**
   * Insert the code in a notebook, by default the one in front; null if one has it.
   */
  insert: (cluster: ICluster, panel?: Target | null) => (() => unknown) | null;
  /** Create a notebook with the code. */
  createNotebook: (cluster: ICluster) => unknown;
  /** Copy the code. */
  copy: (cluster: ICluster) => unknown;
  /** Show the logs. */
  showLogs: (cluster: ICluster) => unknown;
  /** Show the row. */
  showDetails: (cluster: ICluster) => unknown;
  /** Launch it again. */
  launchAgain: (cluster: ICluster) => unknown;
  /** Replace its jobs at their time limit, for some seconds from now. */
  keepJobs: (cluster: ICluster, seconds: number) => unknown;
  /** Start the idle time again. */
  extend: (cluster: ICluster) => unknown;
}

/** The button that shows the row of a cluster. */
export function details(
  cluster: ICluster,
  { showDetails }: INoticeActions,
  trans: TranslationBundle
): INotice['actions'][number] {
  return {
    label: trans.__('Show details'),
    run: () => showDetails(cluster)
  };
}
