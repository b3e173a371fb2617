import { ReadonlyJSONObject, Token } from '@lumino/coreutils';
import { IDisposable } from '@lumino/disposable';
import { ISignal } from '@lumino/signaling';
import { NotebookPanel } from '@jupyterlab/notebook';
import {
  Change,
  ICheck,
  ICluster,
  ICode,
  IFound,
  ILaunch,
  ILogs,
  IPlatform,
  IPlot
} from './api/types';

export * from './api/types';

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
  /** The single plots of a dashboard, as the scheduler lists them. */
  plots(id: string): Promise<IPlot[]>;
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
