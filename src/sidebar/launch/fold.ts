import { ISignal, Signal } from '@lumino/signaling';
import { IClusters } from '../../tokens';

/**
 * Whether the launch form shows all fields, or only a line: all fields while
 * there are no clusters, and as the user wants until the next launch. A form in
 * which the user has changed something stays as it is, whatever clusters come and
 * go. Also which option is to get the focus.
 */
export class FormFold {
  constructor(private _clusters: Pick<IClusters, 'changed' | 'clusters'>) {
    this._clusters.changed.connect((_, { type }) => {
      if (type === 'removed' && !this._clusters.clusters.length) {
        this._chosen = null;
        this.settle();
      }
    });
  }

  /** Emitted when the form was expanded or collapsed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether all fields are shown. */
  get isOpen(): boolean {
    const isEmpty = this._clusters.clusters.length === 0;
    return this._chosen ?? (this._isEdited || isEmpty);
  }

  /** The option of a platform whose field is to get the focus; null for none. */
  wanted(platform: string): string | null {
    return this._wanted?.platform === platform ? this._wanted.option : null;
  }

  /** How often the user has changed something in the form, or shown or hidden it. */
  get edits(): number {
    return this._edits;
  }

  /** Expand or collapse the form. */
  set(isOpen: boolean): void {
    this._edits += 1;
    this._chosen = isOpen;
    this._isEdited = false;
    this.settle();
  }

  /** Note that the user has changed something in the form, which stays expanded. */
  readonly keep = (): void => {
    // Beside the line of a collapsed form is a button that resets its values.
    if (this.isOpen) {
      this._edits += 1;
      this._isEdited = true;
    }
  };

  /**
   * Note that the form has its defaults again. Beside clusters it stays expanded,
   * below the pointer of the user.
   */
  release(): void {
    if (this._clusters.clusters.length === 0) {
      this._isEdited = false;
    }
  }

  /** Expand the form, and focus the field of an option as soon as it is there. */
  show(platform: string, option: string): void {
    this._edits += 1;
    this._chosen = true;
    this._wanted = { platform, option };
    this._changed.emit();
  }

  /** Focus no field, as it has the focus, or the user went elsewhere. */
  readonly settle = (): void => {
    this._wanted = null;
    this._changed.emit();
  };

  /**
   * Follow the number of clusters again, after a launch, unless the user has gone on
   * with the form for the next one.
   *
   * @param edits - the edits when the cluster was launched
   */
  reset(edits: number): void {
    if (edits !== this._edits) {
      return;
    }
    this._chosen = null;
    this._isEdited = false;
    this.settle();
  }

  private _changed = new Signal<this, void>(this);
  /** What the user chose; null for no choice. */
  private _chosen: boolean | null = null;
  private _edits = 0;
  private _isEdited = false;
  private _wanted: { platform: string; option: string } | null = null;
}
