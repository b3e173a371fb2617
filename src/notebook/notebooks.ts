import { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import {
  INotebookTracker,
  Notebook,
  NotebookPanel
} from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import {
  CodeKind,
  ICluster,
  INotebook,
  INotebooks,
  Insertion
} from '../tokens';
import { loadTranslation } from '../translation';
import {
  CELL_METADATA,
  clusterOf,
  IInsertion,
  IMark,
  insertCode,
  replaceByDropped
} from './cell';
import { kernelNameOf, languageOf } from './kernel';
import { noNotebook, notConnectable } from './messages';
import { codeText, DEFAULT_TEMPLATE } from './template';

/**
 * The open notebooks, to insert the code of a cluster in.
 *
 * Cells are inserted through the shared model, which works with and without
 * real-time collaboration, and can be undone.
 */
export class Notebooks implements INotebooks {
  constructor(options: Notebooks.IOptions) {
    this._shell = options.shell;
    this._specs = options.kernelspecs;
    this._tracker = options.tracker;
    this._template = options.template ?? (() => DEFAULT_TEMPLATE);
    this._baseUrl = options.baseUrl;
    this._trans = loadTranslation(options.translator);
    this._tracker.currentChanged.connect(this._onCurrentChanged, this);
    options.executionScheduled?.connect(this._onScheduled, this);
    this._specs.specsChanged.connect(this._emit, this);
    this._onCurrentChanged();
  }

  /** Emitted when the current notebook or its kernel changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The current notebook; null if there is none. */
  get current(): INotebook | null {
    const panel = this._tracker.currentWidget;
    if (!panel) {
      return null;
    }
    return {
      path: panel.context.path,
      name: PathExt.basename(panel.context.path),
      kernelName: kernelNameOf(panel),
      language: languageOf(panel, this._specs),
      clusterId: clusterOf(panel)
    };
  }

  /** Emitted after code that connects was inserted, and before it runs. */
  get used(): ISignal<this, INotebooks.IUse> {
    return this._used;
  }

  /** Emitted when open notebooks may use other clusters than before. */
  get usersChanged(): ISignal<this, void> {
    return this._usersChanged;
  }

  /** The names of the open notebooks with code that connects to a cluster. */
  users(id: string): string[] {
    return this._tracker
      .filter(panel => clusterOf(panel) === id)
      .map(panel => PathExt.basename(panel.context.path));
  }

  /** The panel of the current notebook. */
  get panel(): NotebookPanel | null {
    return this._tracker.currentWidget;
  }

  /** The text that `insert` would insert; null if there is none yet. */
  code(cluster: ICluster, kind: CodeKind): string | null {
    return codeText(cluster, kind, this._template(), this._baseUrl);
  }

  /** Insert code in a notebook; see INotebooks. */
  insert(
    cluster: ICluster,
    kind: CodeKind,
    options: { panel?: NotebookPanel | null; focus?: boolean } = {}
  ): Insertion {
    const panel = options.panel ?? this._tracker.currentWidget;
    const code = this.code(cluster, kind);
    const reason = this._reasonAgainst(panel, code);
    if (reason !== null) {
      return { inserted: false, reason };
    }
    // Generated code ends with a line break, a cell does not.
    const insertion: IInsertion = {
      cluster_id: cluster.id,
      code: code!.trimEnd(),
      ...(kind === 'create' ? { creates: true } : {})
    };
    const { index, updated } = insertCode(panel!, insertion);
    if (options.focus ?? true) {
      this._focus(panel!, index);
    }
    if (!insertion.creates) {
      this._emitUsed({ id: cluster.id, panel: panel! });
    }
    return {
      inserted: true,
      updated,
      notebook: PathExt.basename(panel!.context.path)
    };
  }

  /** Remove the cell of an earlier insertion after a cell was dropped. */
  handleDrop(node: Node, id: string): void {
    const panel = this._tracker.find(panel => panel.node.contains(node));
    const mark = panel?.content.model ? replaceByDropped(panel, id) : undefined;
    if (panel && mark) {
      this._emitUsed({ id: mark.cluster_id, panel });
    }
  }

  /**
   * Why code cannot be inserted in a notebook; null if it can.
   */
  private _reasonAgainst(
    panel: NotebookPanel | null,
    code: string | null
  ): string | null {
    if (code === null) {
      return notConnectable(this._trans);
    }
    if (panel?.isDisposed) {
      // The panel of an earlier launch; the current one is never disposed.
      return this._trans.__(
        'The notebook that you launched this cluster from is closed. Insert the code in another notebook, or copy it.'
      );
    }
    if (!panel?.content.model) {
      return noNotebook(this._trans);
    }
    const name = PathExt.basename(panel.context.path);
    if (panel.content.model.readOnly) {
      return this._trans.__(
        '%1 is read-only. Save a copy of it, or copy the code instead.',
        name
      );
    }
    const language = languageOf(panel, this._specs);
    if (language !== null && language !== 'python') {
      return this._trans.__(
        '%1 uses %2, but the code is Python. Open a Python notebook, or copy the code instead.',
        name,
        language
      );
    }
    return null;
  }

  /** Activate a notebook and one of its cells. */
  private _focus(panel: NotebookPanel, index: number): void {
    const { content } = panel;
    this._shell.activateById(panel.id);
    content.deselectAll();
    content.activeCellIndex = index;
    content.mode = 'command';
    content.activate();
    void content.scrollToItem(index).catch(() => {
      // The notebook was closed while it scrolled.
    });
  }

  private _onCurrentChanged(): void {
    const panel = this._tracker.currentWidget;
    this._watched?.sessionContext.kernelChanged.disconnect(this._emit, this);
    this._watched?.sessionContext.sessionChanged.disconnect(this._emit, this);
    this._watched = panel;
    panel?.sessionContext.kernelChanged.connect(this._emit, this);
    panel?.sessionContext.sessionChanged.connect(this._emit, this);
    this._emit();
  }

  private _onScheduled(
    _: unknown,
    { notebook, cell }: Notebooks.IExecution
  ): void {
    const mark = cell.model.getMetadata(CELL_METADATA) as IMark | undefined;
    const panel = this._tracker.find(({ content }) => content === notebook);
    if (panel && mark?.cluster_id && !mark.creates) {
      this._emitUsed({ id: mark.cluster_id, panel });
    }
  }

  private _emitUsed(use: INotebooks.IUse): void {
    this._used.emit(use);
    this._usersChanged.emit();
  }

  private _emit(): void {
    this._changed.emit();
    this._usersChanged.emit();
  }

  private _baseUrl: string | undefined;
  private _changed = new Signal<this, void>(this);
  private _shell: Pick<JupyterFrontEnd.IShell, 'activateById'>;
  private _specs: KernelSpec.IManager;
  private _template: () => readonly string[];
  private _tracker: INotebookTracker;
  private _used = new Signal<this, INotebooks.IUse>(this);
  private _usersChanged = new Signal<this, void>(this);
  private _trans: TranslationBundle;
  private _watched: NotebookPanel | null = null;
}

/** The types that belong to Notebooks. */
export namespace Notebooks {
  /** A cell that is about to run. */
  export interface IExecution {
    /** The notebook. */
    notebook: Notebook;
    /** The cell. */
    cell: Notebook['widgets'][number];
  }

  /** The options of the notebooks. */
  export interface IOptions {
    /** The shell that activates notebooks. */
    shell: Pick<JupyterFrontEnd.IShell, 'activateById'>;
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
}
