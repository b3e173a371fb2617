import { JSONObject, ReadonlyJSONObject, Token } from '@lumino/coreutils';
import { IDisposable } from '@lumino/disposable';
import { ISignal } from '@lumino/signaling';
import { NotebookPanel } from '@jupyterlab/notebook';

/**
 * The clusters of this person on this server, kept true by the server's bell
 * and a slow poll.
 */
export const IClusters = new Token<IClusters>(
  'jupyter-cluster-launcher:IClusters',
  'The Dask clusters of this Jupyter server, and what can be done with them.'
);

/**
 * The notebook in front of the person: where code is inserted.
 */
export const INotebooks = new Token<INotebooks>(
  'jupyter-cluster-launcher:INotebooks',
  'The notebook in front of the person, and how cluster code gets into it.'
);

/** What a cluster is doing, in the server's words. */
export type State =
  | 'starting'
  | 'running'
  | 'closing'
  | 'closed'
  | 'failed'
  | 'lost'
  | 'elsewhere';

/** Bounds within which a cluster follows its load. */
export interface IAdapt {
  /** The fewest workers. */
  minimum: number;
  /** The most workers; there is always one. */
  maximum: number;
}

/** A kind of place to run, as the server describes it. */
export interface IPlatform {
  name: string;
  title: string;
  description: string;
  /** Whether a cluster can start here. */
  available: boolean;
  /** Why not, in one sentence. */
  reason: string | null;
  /** Whether this machine was recognised as this platform. */
  detected: boolean;
  /** Whether encryption is on unless switched off. */
  tls: boolean;
  workers: { title: string; default: number; minimum: number; maximum: number };
  /** Whether the cluster can follow its load. */
  adaptive: boolean;
  /** JSON Schema (draft 7) of the options, in the order to show. */
  options: ReadonlyJSONObject;
  /** Who must be asked for the options, when the platform file cannot say. */
  options_from: string | null;
  /** The batch system behind the platform, if there is one. */
  queue: string | null;
  /** Whether clusters made elsewhere can be found and adopted. */
  finds: boolean;
}

/** A cluster of this person that was made elsewhere. */
export interface IFound {
  id: string;
  title: string;
  description: string;
}

/** One batch job, in the batch system's own words. */
export interface IJob {
  id: string;
  state: string;
  reason: string | null;
  exit_code: string | number | null;
}

/** A plot of the dashboard that stands on its own. */
export interface IDashboard {
  name: string;
  title: string;
  url: string;
}

/** One Dask cluster, as the server last reported it. */
export interface ICluster {
  id: string;
  name: string;
  platform: string;
  platform_title: string;
  kernel_name: string | null;
  state: State;
  /** One sentence about the state; the step while starting; empty if none. */
  message: string;
  /** ISO 8601, UTC. */
  created: string;
  workers: { requested: number; ready: number; queued: number; failed: number };
  adapt: IAdapt | null;
  cores: number;
  /** Bytes. */
  memory: number;
  /** `cpu` is 0 to 1 of all cores, `memory` is bytes in use. */
  usage: { cpu: number; memory: number; tasks: number } | null;
  address: string | null;
  tls: boolean;
  dashboard_url: string | null;
  dashboards: IDashboard[];
  /** `connect` is null until it can work. */
  code: { create: string; connect: string | null };
  keep_running: boolean;
  /** Whether an existing cluster was joined, so that it is not ours to end. */
  joined: boolean;
  /** ISO 8601: when the walltime ends. */
  expires: string | null;
  /** `timeout` in seconds; `closes_at` is ISO 8601, null while busy. */
  idle: { timeout: number; closes_at: string | null } | null;
  /** What the queue says, in one phrase. */
  queue: string | null;
  jobs: IJob[];
  /** What the scheduler runs, by package; empty until it is known. */
  versions: { [name: string]: string };
  warnings: string[];
}

/** What a person asks for when launching. */
export interface ILaunch {
  platform: string;
  workers?: number;
  adapt?: IAdapt;
  options?: JSONObject;
  tls?: boolean;
  kernel_name?: string;
  /** The folder to run in, relative to the server's root. */
  cwd?: string;
  name?: string;
  keep_running?: boolean;
  /** Seconds without work before the cluster closes; null for never. */
  idle_timeout?: number | null;
  /** A cluster made elsewhere, to take over instead of making one. */
  adopt?: string;
}

/** The code that a launch would run. */
export interface ICode {
  create: string;
  summary: string | null;
  warnings: string[];
}

/** What a batch system says before anything is submitted. */
export interface ICheck {
  ok: boolean;
  job_script: string | null;
  verdict: string | null;
  warnings: string[];
}

/** The log of one worker or job. */
export interface ILog {
  id: string;
  title: string;
  text: string;
}

/** Everything a cluster wrote. */
export interface ILogs {
  launch: string;
  scheduler: string;
  workers: ILog[];
  jobs: ILog[];
}

/** Exactly one change to a cluster. */
export type Change =
  | { workers: number }
  | { adapt: IAdapt }
  | { name: string }
  | { keep_running: boolean }
  | { idle_timeout: number | null }
  | { keep: true };

/**
 * The model: clusters, platforms and what can be done with them.
 *
 * Every promise rejects with an `Error` whose message can be shown to a person.
 */
export interface IClusters extends IDisposable {
  /** The clusters, newest first. Unchanged clusters keep their identity. */
  readonly clusters: ReadonlyArray<ICluster>;
  /** Whether the first answer is still awaited, came, or could not come. */
  readonly status: IClusters.Status;
  /** Why the list cannot be had, for a person; null while it can. */
  readonly problem: string | null;
  /** Emitted after a cluster or the status changed. */
  readonly changed: ISignal<IClusters, IClusters.IChange>;
  /** Resolves after the first answer, whatever it was. */
  readonly ready: Promise<void>;
  get(id: string): ICluster | undefined;
  /** Ask for the whole list now. */
  refresh(): Promise<void>;
  platforms(kernelName?: string): Promise<IPlatform[]>;
  options(platform: string, kernelName?: string): Promise<ReadonlyJSONObject>;
  found(platform: string, kernelName?: string): Promise<IFound[]>;
  code(launch: ILaunch): Promise<ICode>;
  check(launch: ILaunch): Promise<ICheck>;
  launch(launch: ILaunch): Promise<ICluster>;
  change(id: string, change: Change): Promise<ICluster>;
  /** Stop, or dismiss what has ended; `leave` only forgets a joined cluster. */
  stop(id: string, options?: { leave?: boolean }): Promise<void>;
  logs(id: string): Promise<ILogs>;
}

export namespace IClusters {
  /** `missing`: the server has no such extension. */
  export type Status = 'loading' | 'ready' | 'missing' | 'unreachable';

  /** One change of the model. */
  export interface IChange {
    type: 'added' | 'changed' | 'removed' | 'status';
    old?: ICluster;
    new?: ICluster;
  }
}

/** The notebook in front of the person. */
export interface INotebook {
  path: string;
  name: string;
  /** The kernelspec it runs with, or would run with. */
  kernelName: string | null;
  /** Its language, lower case; null while unknown. */
  language: string | null;
}

/** Which code of a cluster is meant; `short` needs our package in the kernel. */
export type CodeKind = 'connect' | 'create' | 'short';

/** What became of an insertion: the reason is a sentence for the person. */
export type Insertion =
  | { inserted: true; updated: boolean; notebook: string }
  | { inserted: false; reason: string };

/** The notebooks of this window, seen from a cluster. */
export interface INotebooks {
  readonly current: INotebook | null;
  /** Emitted when the current notebook or its kernel changed. */
  readonly changed: ISignal<INotebooks, void>;
  /**
   * Emitted after code that connects to a cluster was inserted in a notebook,
   * and just before such a cell runs.
   */
  readonly used: ISignal<INotebooks, INotebooks.IUse>;
  /** The text that `insert` would write; null where there is none yet. */
  code(cluster: ICluster, kind: CodeKind): string | null;
  /**
   * After a cell was dropped: it takes the place of an earlier one.
   *
   * @param node - where it was dropped
   * @param id - the id of the cell
   */
  dropped(node: Node, id: string): void;
  /** The panel to give to `insert` later; null without a notebook. */
  readonly panel: NotebookPanel | null;
  /**
   * Put code in a notebook: in the cell that an earlier insertion made, else in
   * the empty active cell, else in a new cell above the active one.
   *
   * @param focus - whether to move the focus to the cell (default true)
   */
  insert(
    cluster: ICluster,
    kind: CodeKind,
    options?: { panel?: NotebookPanel | null; focus?: boolean }
  ): Insertion;
}

export namespace INotebooks {
  /** A notebook that uses a cluster. */
  export interface IUse {
    /** The id of the cluster. */
    id: string;
    panel: NotebookPanel;
  }
}
