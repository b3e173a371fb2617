import { ISignal, Signal } from '@lumino/signaling';
import { codeText } from '../../notebook/template';
import {
  CodeKind,
  ICluster,
  INotebook,
  INotebooks,
  Insertion
} from '../../tokens';
import { contextOf } from './panel';

/**
 * Notebooks of which a test selects one, and which record the insertions.
 */
export class FakeNotebooks implements INotebooks {
  current: INotebook | null = null;
  panel: any = null;
  /** The insertions: the id of the cluster, the kind of code, and the options. */
  readonly inserted: [string, string, any][] = [];
  readonly used = new Signal<this, INotebooks.IUse>(this);
  result: Insertion = { inserted: true, updated: false, notebook: 'a.ipynb' };

  /** By the id of a cluster, the notebooks that use it. */
  readonly usersOf: { [id: string]: string[] } = {};
  readonly usersChanged = new Signal<this, void>(this);

  users({ id }: ICluster): string[] {
    return this.usersOf[id] ?? [];
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Select a notebook. */
  select(notebook: INotebook | null): void {
    this.current = notebook;
    this.panel = notebook && {
      ...notebook,
      context: contextOf(notebook.path)
    };
    this._changed.emit();
  }

  panels: any[] = [];
  /** The cell that connects to a cluster, of every notebook. */
  cell: INotebooks.ICell | null = null;

  /** The user, where several share the notebooks. */
  user: string | null = null;

  userOf(): string | null {
    return this.user;
  }

  /** As a test says of the notebook or console. */
  languageOf(panel: any): string | null {
    return panel.language ?? null;
  }

  clusterOf(panel?: any): string | null {
    return this.cell?.clusterId ?? panel?.clusterId ?? null;
  }

  /** The name of that cluster as it stands in the notebooks. */
  clusterName: string | null = null;

  clusterNameOf(): string | null {
    return this.clusterName;
  }

  cellOf(): INotebooks.ICell | null {
    return this.cell;
  }

  sourceOf(): string {
    return this.cell?.code ?? '';
  }

  code(cluster: ICluster, kind: CodeKind): string | null {
    return codeText(cluster, kind);
  }

  /** The drops: the node and the id of the cell. */
  readonly drops: [Node, string][] = [];

  async handleDrop(node: Node, id: string): Promise<void> {
    this.drops.push([node, id]);
  }

  /** Resolves when a launcher has opened a notebook; null if it opens none. */
  opening: Promise<void> | null = null;

  /** What an insertion has to wait for. */
  prepared: Promise<void> | null = null;

  prepare(): Promise<void> | null {
    return this.prepared;
  }

  /** The cells that were given to the user: the notebook and the id of the cell. */
  readonly claimed: [any, string][] = [];

  claim(panel: any, id: string): void {
    this.claimed.push([panel, id]);
  }

  insert(cluster: ICluster, kind: any, options?: any): Insertion {
    this.inserted.push([cluster.id, kind, options]);
    return this.result;
  }

  private _changed = new Signal<this, void>(this);
}

/** A tracker with one notebook. */
export function makeTracker(panel: any): any {
  return {
    currentWidget: panel,
    currentChanged: new Signal<object, any>({}),
    find: (test: any) => (test(panel) ? panel : undefined),
    filter: (test: any) => [panel].filter(test)
  };
}
