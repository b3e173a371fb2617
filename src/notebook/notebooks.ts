import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import {
  CodeKind,
  ICluster,
  INotebook,
  INotebooks,
  Insertion
} from '../tokens';
import { loadTranslation } from '../translation';
import { insertCode, replaceByDropped, rewrite } from './cell';
import { Claims } from './claims';
import {
  clusterOf,
  connectingCell,
  connectingMark,
  connectingSource
} from './connecting';
import { insertInConsole } from './console';
import { CurrentNotebook } from './current';
import { kernelNameOf, languageOf } from './kernel';
import { IInsertion } from './mark';
import { saveRequest } from './metadata';
import { waitForOpening } from './opening';
import { INotebooksOptions, IShell } from './options';
import { ISurroundings, refusalOf } from './refusal';
import { ShortCodes } from './shortcodes';
import { focusCell, isConsole, nameOf, Target, targetOf } from './target';
import { codeText, DEFAULT_TEMPLATE } from './template';
import { Uses } from './uses';

/**
 * The open notebooks, to insert the code of a cluster in.
 *
 * Cells are inserted through the shared model, which works with and without
 * real-time collaboration, and can be undone.
 */
export class Notebooks implements INotebooks {
  constructor(options: INotebooksOptions) {
    this._shell = options.shell;
    this._specs = options.kernelspecs;
    this._tracker = options.tracker;
    this._template = options.template ?? (() => DEFAULT_TEMPLATE);
    this._baseUrl = options.baseUrl;
    this._claims = new Claims(options.user ?? (() => null));
    this._shortCodes = new ShortCodes(options.hasConnect);
    this._trans = loadTranslation(options.translator);
    this._surroundings = { ...options, trans: this._trans };
    this._uses = new Uses(
      this._tracker,
      panel => this.userOf(panel),
      options.executionScheduled
    );
    this._specs.specsChanged.connect(this._emit, this);
    options.userChanged?.connect(this._onUserChanged, this);
    this._shell.currentChanged?.connect(this._onFrontChanged, this);
    this._current = new CurrentNotebook(this._tracker, this._shell, () =>
      this._emit()
    );
  }

  /** Emitted when the current notebook or console or its kernel changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The console in front, else the last notebook; null if there is none. */
  get current(): INotebook | null {
    const { target } = this._current;
    if (!target) {
      return null;
    }
    const place = isConsole(target)
      ? { path: target.sessionContext.path, clusterId: null, isConsole: true }
      : { path: target.context.path, clusterId: this.clusterOf(target) };
    return {
      ...place,
      name: nameOf(target),
      kernelName: kernelNameOf(target),
      language: languageOf(target, this._specs)
    };
  }

  /** Emitted after code that connects was inserted, and before it runs. */
  get used(): ISignal<unknown, INotebooks.IUse> {
    return this._uses.used;
  }

  /** Emitted when open notebooks may use other clusters than before. */
  get usersChanged(): ISignal<unknown, void> {
    return this._uses.changed;
  }

  /** The names of the open notebooks with code that connects to a cluster. */
  users(cluster: ICluster): string[] {
    return this._uses.names(cluster);
  }

  /** The notebook or console that code is inserted in. */
  get panel(): Target | null {
    return targetOf(this._tracker, this._shell);
  }

  /** Wait until the launcher in front has opened something; see INotebooks. */
  get opening(): Promise<void> | null {
    return waitForOpening(this._shell);
  }

  /** The panels of all open notebooks. */
  get panels(): NotebookPanel[] {
    return this._tracker.filter(() => true);
  }

  /** The language of a notebook or console in lower case; null while unknown. */
  languageOf(target: Target): string | null {
    return languageOf(target, this._specs);
  }

  /** The id of the cluster that a notebook connects to; null if there is none. */
  clusterOf(panel: NotebookPanel): string | null {
    return clusterOf(panel, this.userOf(panel));
  }

  /** The name of that cluster when its code was inserted; null if unknown. */
  clusterNameOf(panel: NotebookPanel): string | null {
    const name = connectingMark(panel, this.userOf(panel))?.name;
    return typeof name === 'string' ? name : null;
  }

  /** Find the cell that connects to a cluster; null if there is none. */
  cellOf(panel: NotebookPanel): INotebooks.ICell | null {
    return connectingCell(panel, this.userOf(panel));
  }

  /** The source of the cell that connects to a cluster; see INotebooks. */
  sourceOf(panel: NotebookPanel): string {
    return connectingSource(panel, this.userOf(panel));
  }

  /** The text that `insert` would insert; null if there is none yet. */
  code(
    cluster: ICluster,
    kind: CodeKind,
    target: Target | null = this.panel
  ): string | null {
    const hasConnect = this._shortCodes.has(target);
    return codeText(cluster, kind, this._template(), this._baseUrl, hasConnect);
  }

  /** Wait until it is known what code a notebook takes; see INotebooks. */
  prepare(target: Target): Promise<void> | null {
    return this._shortCodes.wait(target);
  }

  /** Insert code in a notebook; see INotebooks. */
  insert(
    cluster: ICluster,
    kind: CodeKind,
    options: { panel?: Target | null; focus?: boolean } = {}
  ): Insertion {
    const panel = options.panel ?? this.panel;
    const code = this.code(cluster, kind, panel);
    const reason = refusalOf(panel, code, this._surroundings);
    if (reason !== null) {
      return { inserted: false, reason };
    }
    if (isConsole(panel)) {
      const shell = (options.focus ?? true) ? this._shell : null;
      return insertInConsole(panel, code!.trimEnd(), shell, this._trans);
    }
    const user = this.userOf(panel!);
    // Generated code ends with a line break, a cell does not.
    const insertion: IInsertion = {
      cluster_id: cluster.id,
      name: cluster.name,
      code: code!.trimEnd(),
      ...(kind === 'create' ? { creates: true } : {}),
      ...(user !== null ? { user } : {})
    };
    const { index, updated } = insertCode(panel!, insertion);
    const { cells } = panel!.content.model!.sharedModel;
    this._claims.add(panel!, cells[index].id);
    if (options.focus ?? true) {
      focusCell(this._shell, panel!, index);
    }
    if (!insertion.creates) {
      this._connected(panel!, cluster);
    }
    return {
      inserted: true,
      updated,
      notebook: nameOf(panel!)
    };
  }

  /** Finish the drop of a cell with the code of a cluster; see INotebooks. */
  async handleDrop(node: Node, id: string, cluster: ICluster): Promise<void> {
    const panel = this._tracker.find(panel => panel.node.contains(node));
    if (
      panel?.content.model &&
      replaceByDropped(panel, id, this.userOf(panel))
    ) {
      this._claims.add(panel, id);
      this._connected(panel, cluster);
      await this.prepare(panel);
      const code = this.code(cluster, 'connect', panel);
      if (code !== null && !panel.isDisposed) {
        rewrite(panel, id, code.trimEnd());
      }
    }
  }

  /** Give a cell of nobody to the user; see INotebooks. */
  claim(panel: NotebookPanel, id: string): void {
    this._claims.add(panel, id);
    this._uses.update();
  }

  /** The user of a notebook that several share; null for any other. */
  userOf(panel: NotebookPanel): string | null {
    return this._claims.userOf(panel);
  }

  /** Note that a notebook got code that connects, and keep what was requested for it. */
  private _connected(panel: NotebookPanel, cluster: ICluster): void {
    saveRequest(panel, cluster, this.userOf(panel));
    this._uses.emit({ id: cluster.id, panel });
  }

  private _onUserChanged(): void {
    this._claims.update();
    this._emit();
  }

  private _emit(): void {
    void this._shortCodes.learn(this._tracker.currentWidget);
    this._changed.emit();
    this._uses.update();
  }

  private _onFrontChanged(): void {
    const target = this.panel;
    if (isConsole(target) && this._shortCodes.has(target) === undefined) {
      void this._shortCodes.learn(target);
    }
  }

  private _baseUrl: string | undefined;
  private _claims: Claims;
  private _shortCodes: ShortCodes;
  private _surroundings: ISurroundings;
  private _changed = new Signal<this, void>(this);
  private _current: CurrentNotebook;
  private _shell: IShell;
  private _specs: KernelSpec.IManager;
  private _template: () => readonly string[];
  private _tracker: INotebookTracker;
  private _uses: Uses;
  private _trans: TranslationBundle;
}
