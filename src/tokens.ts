import { NotebookPanel } from '@jupyterlab/notebook';
import { JSONObject, Token } from '@lumino/coreutils';
import { IDisposable } from '@lumino/disposable';
import { ISignal } from '@lumino/signaling';
import {
  Change,
  IAdapt,
  ICheck,
  ICluster,
  IPreview,
  IDiscoveredCluster,
  ILaunch,
  ILogs,
  IOptionsSchema,
  IPlatform,
  IPlot,
  IPreset,
  IPresetRequest,
  IStart,
  IWorkerList
} from './api/types';
import type { Target } from './notebook/target';

export * from './api/types';

/** The token of the model of the clusters. */
export const IClusters = new Token<IClusters>(
  'jupyter-cluster-launcher:IClusters',
  'The Dask clusters of this Jupyter server, to list, launch, change and stop.'
);

/** The token of the notebooks that code is inserted in. */
export const INotebooks = new Token<INotebooks>(
  'jupyter-cluster-launcher:INotebooks',
  'The current notebook, to insert the code of a cluster in.'
);

/**
 * The clusters of the user on this Jupyter server, and the platforms on which
 * to launch more. Events of the server and a slow poll keep the list up to date.
 *
 * All promises reject with an Error whose message can be shown to the user.
 */
export interface IClusters extends IDisposable {
  /** The clusters, newest first. Unchanged clusters keep their identity. */
  readonly clusters: ReadonlyArray<ICluster>;
  /** Whether the list of clusters could be fetched. */
  readonly status: IClusters.Status;
  /** Why the list cannot be fetched, for the user; null if it can. */
  readonly error: string | null;
  /** Emitted after a cluster or the status changed. */
  readonly changed: ISignal<IClusters, IClusters.IChange>;
  /** Resolves after the first response, whatever it was. */
  readonly ready: Promise<void>;
  /** The cluster with an id, if it is known. */
  get(id: string): ICluster | undefined;
  /** Fetch the list now. Never rejects: see `status`. */
  refresh(): Promise<void>;
  /** List the platforms as they are available to a kernel. */
  platforms(kernelName?: string): Promise<IPlatform[]>;
  /** Fetch the options that a platform discovers by itself; may take seconds. */
  options(platform: string, kernelName?: string): Promise<IOptionsSchema>;
  /** Discover clusters of the user that can be joined; may take seconds. */
  discover(
    platform: string,
    kernelName?: string
  ): Promise<IDiscoveredCluster[]>;
  /** Preview the code that a launch would run. */
  code(launch: ILaunch): Promise<IPreview>;
  /** Check a launch with the batch system; may take seconds. */
  check(launch: ILaunch): Promise<ICheck>;
  /** Have the server prepare for a launch, which makes it faster. */
  prepare(platform: string, kernelName?: string): Promise<void>;
  /** Estimate when a launch would start, and when in other ways. */
  starts(launch: ILaunch): Promise<IStart[]>;
  /** List the presets of the site and of the user. */
  presets(): Promise<IPreset[]>;
  /** Save a preset, in place of the user's own of that name. */
  savePreset(name: string, preset: IPresetRequest): Promise<IPreset>;
  /** Delete a preset that the user saved. */
  deletePreset(name: string): Promise<void>;
  /** Launch a cluster, or join a discovered one. */
  launch(launch: ILaunch): Promise<ICluster>;
  /** Change one property of a cluster. */
  change(id: string, change: Change): Promise<ICluster>;
  /**
   * Stop a running cluster, or dismiss one that has ended.
   *
   * @param options.leave - whether to leave a joined cluster without stopping it
   */
  stop(id: string, options?: { leave?: boolean }): Promise<void>;
  /** Fetch all logs of a cluster; may take seconds. */
  logs(id: string): Promise<ILogs>;
  /** Whether notebooks with a kernel can import this package. */
  hasConnect(kernelName?: string): Promise<boolean>;
  /** List the workers of a cluster one by one. */
  workers(id: string): Promise<IWorkerList>;
  /** Restart a worker; resolves when it is back. */
  restartWorker(id: string, worker: string): Promise<void>;
  /** List the single plots of a dashboard. */
  plots(id: string): Promise<IPlot[]>;
}

/** The types that belong to IClusters. */
export namespace IClusters {
  /**
   * `loading`: there is no response yet; `missing`: the server does not have the
   * extension; `unreachable`: the server rejected the request or did not respond.
   */
  export type Status = 'loading' | 'ready' | 'missing' | 'unreachable';

  /** A change of the clusters or of the status. */
  export interface IChange {
    /** What changed. */
    type: 'added' | 'changed' | 'removed' | 'status';
    /** The cluster before the change, unless it was added. */
    old?: ICluster;
    /** The cluster after the change, unless it was removed. */
    new?: ICluster;
  }
}

/** What a notebook requests for its cluster: nothing that holds for one user only. */
export interface IRequest {
  /** The name of the platform. */
  platform: string;
  /** Its title. */
  title: string;
  /** The number of workers; none if it is adaptive. */
  workers?: number;
  /** The bounds of an adaptive cluster. */
  adapt?: IAdapt;
  /** What is counted. */
  unit: ICluster['unit'];
  /** The options that differ from their defaults. */
  options: JSONObject;
}

/** A notebook or console that code can be inserted in. */
export interface INotebook {
  /** The path from the root of the server; of a console, that of its session. */
  path: string;
  /** The name of the file or of the console. */
  name: string;
  /** Whether it is a console (default false). */
  isConsole?: boolean;
  /** The kernelspec it runs with, or would run with; null if it has none. */
  kernelName: string | null;
  /** The language in lower case; null while unknown. */
  language: string | null;
  /** The id of the cluster that its inserted code connects to, if any. */
  clusterId: string | null;
}

/**
 * The code of a cluster: `connect` to it, briefly where the kernel has this
 * package; connect with `plain` code, which requires only Dask; or `create` one
 * like it.
 */
export type CodeKind = 'connect' | 'create' | 'plain';

/** The result of an insertion; the reason for a failure is for the user. */
export type Insertion =
  | { inserted: true; updated: boolean; notebook: string }
  | { inserted: false; reason: string };

/** The open notebooks, to insert the code of a cluster in. */
export interface INotebooks {
  /**
   * The notebook or console that the user works with: the console in front, else
   * the last notebook, also while something else is in front; null if there is none.
   */
  readonly current: INotebook | null;
  /** Emitted when the current notebook or console or its kernel changed. */
  readonly changed: ISignal<INotebooks, void>;
  /**
   * Emitted after code that connects to a cluster was inserted in a notebook,
   * and just before such a cell runs.
   */
  readonly used: ISignal<unknown, INotebooks.IUse>;
  /**
   * The notebook or console that code is inserted in, to pass to `insert` later;
   * null if neither is in front.
   */
  readonly panel: Target | null;
  /**
   * Wait until the launcher in front has opened what the user chose in it, at most
   * 5 s.
   *
   * @returns null if it opens nothing
   */
  readonly opening: Promise<void> | null;
  /** The language of a notebook or console in lower case; null while unknown. */
  languageOf(target: Target): string | null;
  /** The panels of all open notebooks. */
  readonly panels: NotebookPanel[];
  /** The user of a notebook that several share; null for any other. */
  userOf(panel: NotebookPanel): string | null;
  /** The id of the cluster that a notebook connects to; null if there is none. */
  clusterOf(panel: NotebookPanel): string | null;
  /** The name of that cluster when its code was inserted; null if unknown. */
  clusterNameOf(panel: NotebookPanel): string | null;
  /**
   * Find the cell that connects to a cluster; null if there is none, or nothing
   * that connects is left in it.
   */
  cellOf(panel: NotebookPanel): INotebooks.ICell | null;
  /** Emitted when open notebooks may use other clusters than before. */
  readonly usersChanged: ISignal<unknown, void>;
  /**
   * The source of the cell with code that connects, also where the user has
   * rewritten it; empty if there is none.
   */
  sourceOf(panel: NotebookPanel): string;
  /**
   * The names of the open notebooks with code that connects to a cluster: inserted
   * for it, or by its name.
   */
  users(cluster: ICluster): string[];
  /** The text that `insert` would insert; null if there is none yet. */
  code(
    cluster: ICluster,
    kind: CodeKind,
    target?: Target | null
  ): string | null;
  /**
   * Wait until it is known whether a notebook or console takes the short code,
   * at most 5 s.
   *
   * @returns null if it is known already
   */
  prepare(target: Target): Promise<void> | null;
  /**
   * Insert code in a notebook: in the cell of an earlier insertion, else in the
   * active cell if it is empty, else in a new cell above the active cell.
   *
   * @param options.panel - the notebook or console; by default the one in front
   * @param options.focus - whether to move the focus to the cell (default true)
   */
  insert(
    cluster: ICluster,
    kind: CodeKind,
    options?: { panel?: Target | null; focus?: boolean }
  ): Insertion;
  /**
   * Finish the drop of a cell with the code of a cluster: remove that of an earlier
   * insertion, and take the code that the kernel of this notebook can run.
   *
   * @param node - where the cell was dropped
   * @param id - the id of the dropped cell
   */
  handleDrop(node: Node, id: string, cluster: ICluster): Promise<void>;
  /**
   * Give a cell with code that was put in a notebook otherwise to the user, where
   * several share the notebook.
   *
   * @param id - the id of the cell
   */
  claim(panel: NotebookPanel, id: string): void;
}

/** The types that belong to INotebooks. */
export namespace INotebooks {
  /** A cell with inserted code. */
  export interface ICell {
    /** Its index in the notebook. */
    index: number;
    /** The id of the cluster that it connects to. */
    clusterId: string;
    /** Its code, as the user may have edited it. */
    code: string;
  }

  /** A notebook that uses a cluster. */
  export interface IUse {
    /** The id of the cluster. */
    id: string;
    /** The notebook. */
    panel: NotebookPanel;
  }
}
