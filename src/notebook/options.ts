import { JupyterFrontEnd } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import { ISignal } from '@lumino/signaling';
import { IExecution } from './uses';

/** What is needed of the shell. */
export type IShell = Pick<JupyterFrontEnd.IShell, 'activateById'> &
  Partial<Pick<JupyterFrontEnd.IShell, 'currentChanged' | 'currentWidget'>>;

/** The options of the notebooks. */
export interface INotebooksOptions {
  /** The shell that activates notebooks, and knows what is in front. */
  shell: IShell;
  /** Queries whether the environment of a kernel has this package. */
  hasConnect?: (kernelName: string) => Promise<boolean>;
  /** The name of the user, to tell users of a shared notebook apart. */
  user?: () => string | null;
  /** Emitted when that name is known, or has changed. */
  userChanged?: ISignal<unknown, unknown>;
  /** The kernelspecs of the server. */
  kernelspecs: KernelSpec.IManager;
  /** The open notebooks. */
  tracker: INotebookTracker;
  /** The lines of the code that connects, with variables. */
  template?: () => readonly string[];
  /** The URL of the server. */
  baseUrl?: string;
  /** Emitted before a cell is sent to its kernel. */
  executionScheduled?: ISignal<unknown, IExecution>;
  /** The application language translator. */
  translator?: ITranslator;
}
