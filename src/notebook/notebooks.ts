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
  connectingCell,
  IInsertion,
  IMark,
  insertCode,
  replaceByDropped
} from './cell';
import { kernelNameOf, languageOf } from './kernel';
import { noNotebook, notConnectable } from './messages';
import {
  IConsole,
  insertInConsole,
  isConsole,
  refused,
  Target,
  targetOf
} from './target';
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
    this._user = options.user ?? (() => null);
    this._queryConnect = options.hasConnect ?? (async () => false);
    this._trans = loadTranslation(options.translator);
    this._tracker.currentChanged.connect(this._onCurrentChanged, this);
    this._tracker.widgetAdded?.connect(this._onAdded, this);
    options.executionScheduled?.connect(this._onScheduled, this);
    this._specs.specsChanged.connect(this._emit, this);
    this._shell.currentChanged?.connect(this._onFrontChanged, this);
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
      clusterId: clusterOf(panel, this._userOf(panel))
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
      .filter(panel => clusterOf(panel, this._userOf(panel)) === id)
      .map(panel => PathExt.basename(panel.context.path));
  }

  /** The notebook or console that code is inserted in. */
  get panel(): Target | null {
    return targetOf(this._tracker, this._shell);
  }

  /** The panels of all open notebooks. */
  get panels(): NotebookPanel[] {
    return this._tracker.filter(() => true);
  }

  /** Find the cell that connects to a cluster; null if there is none. */
  cellOf(panel: NotebookPanel): INotebooks.ICell | null {
    return connectingCell(panel, this._userOf(panel));
  }

  /** The text that `insert` would insert; null if there is none yet. */
  code(
    cluster: ICluster,
    kind: CodeKind,
    target: Target | null = this.panel
  ): string | null {
    return codeText(
      cluster,
      kind,
      this._template(),
      this._baseUrl,
      this._hasConnect.get((target && kernelNameOf(target)) ?? '')
    );
  }

  /** Insert code in a notebook; see INotebooks. */
  insert(
    cluster: ICluster,
    kind: CodeKind,
    options: { panel?: Target | null; focus?: boolean } = {}
  ): Insertion {
    const panel = options.panel ?? this.panel;
    const code = this.code(cluster, kind, panel);
    const reason = this._reasonAgainst(panel, code);
    if (reason !== null) {
      return { inserted: false, reason };
    }
    if (isConsole(panel)) {
      return this._insertInConsole(panel, code!, options.focus ?? true);
    }
    const user = this._userOf(panel!);
    // Generated code ends with a line break, a cell does not.
    const insertion: IInsertion = {
      cluster_id: cluster.id,
      code: code!.trimEnd(),
      ...(kind === 'create' ? { creates: true } : {}),
      ...(user !== null ? { user } : {})
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
    const mark = panel?.content.model
      ? replaceByDropped(panel, id, this._userOf(panel))
      : undefined;
    if (panel && mark) {
      this._emitUsed({ id: mark.cluster_id, panel });
    }
  }

  /**
   * Why code cannot be inserted in a notebook; null if it can.
   */
  private _reasonAgainst(
    panel: Target | null,
    code: string | null
  ): string | null {
    if (code === null) {
      return notConnectable(this._trans);
    }
    const front = panel ? null : refused(this._tracker, this._shell);
    if (front) {
      return this._trans.__(
        '%1 is in front, which is neither a notebook nor a console. Click in the one that the code is for, or copy the code instead.',
        front.title.label
      );
    }
    if (panel?.isDisposed) {
      // The panel of an earlier launch; the current one is never disposed.
      return this._trans.__(
        'The notebook that you launched this cluster from is closed. Insert the code in another notebook, or copy it.'
      );
    }
    if (!panel || (!isConsole(panel) && !panel.content.model)) {
      return noNotebook(this._trans);
    }
    const name = nameOf(panel);
    if (!isConsole(panel) && panel.content.model!.readOnly) {
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

  /** Insert code in the prompt of a console. */
  private _insertInConsole(
    target: IConsole,
    code: string,
    focus: boolean
  ): Insertion {
    if (!insertInConsole(target, code.trimEnd())) {
      return {
        inserted: false,
        reason: this._trans.__(
          '%1 is still starting. Try again in a moment.',
          nameOf(target)
        )
      };
    }
    if (focus) {
      this._shell.activateById(target.id);
    }
    return { inserted: true, updated: false, notebook: nameOf(target) };
  }

  /** The user of a notebook that several share; null for any other. */
  private _userOf(panel: NotebookPanel): string | null {
    return panel.content.model?.collaborative ? this._user() : null;
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

  private _onAdded(_: unknown, panel: NotebookPanel): void {
    void panel.context.ready.then(() => {
      if (!panel.isDisposed) {
        this._usersChanged.emit();
      }
    });
  }

  private _emit(): void {
    void this._learn(this._tracker.currentWidget);
    this._changed.emit();
    this._usersChanged.emit();
  }

  private _onFrontChanged(): void {
    const target = this.panel;
    if (
      isConsole(target) &&
      !this._hasConnect.has(kernelNameOf(target) ?? '')
    ) {
      void this._learn(target);
    }
  }

  /** Query whether the kernel of a notebook or console has this package. */
  private async _learn(target: Target | null): Promise<void> {
    const name = target && kernelNameOf(target);
    if (name) {
      const has = await this._queryConnect(name).catch(() => false);
      this._hasConnect.set(name, has);
    }
  }

  private _baseUrl: string | undefined;
  /** By the name of a kernel, whether its environment has this package. */
  private _hasConnect = new Map<string, boolean>();
  private _queryConnect: (kernelName: string) => Promise<boolean>;
  private _user: () => string | null;
  private _changed = new Signal<this, void>(this);
  private _shell: Notebooks.IShell;
  private _specs: KernelSpec.IManager;
  private _template: () => readonly string[];
  private _tracker: INotebookTracker;
  private _used = new Signal<this, INotebooks.IUse>(this);
  private _usersChanged = new Signal<this, void>(this);
  private _trans: TranslationBundle;
  private _watched: NotebookPanel | null = null;
}

/** The name to show of a notebook or console. */
function nameOf(target: Target): string {
  return isConsole(target)
    ? target.title.label
    : PathExt.basename(target.context.path);
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

  /** What is needed of the shell. */
  export type IShell = Pick<JupyterFrontEnd.IShell, 'activateById'> &
    Partial<Pick<JupyterFrontEnd.IShell, 'currentChanged' | 'currentWidget'>>;

  /** The options of the notebooks. */
  export interface IOptions {
    /** The shell that activates notebooks, and knows what is in front. */
    shell: IShell;
    /** Queries whether the environment of a kernel has this package. */
    hasConnect?: (kernelName: string) => Promise<boolean>;
    /** The name of the user, to tell users of a shared notebook apart. */
    user?: () => string | null;
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
