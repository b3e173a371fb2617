import { ISignal, Signal } from '@lumino/signaling';
import { IClusters } from '../../tokens';

/**
 * Whether the launch form shows all fields, or only a line: all fields while
 * there are no clusters, and as the user wants until the next launch. Also which
 * option is to get the focus.
 */
export class FormFold {
  constructor(private _clusters: Pick<IClusters, 'changed' | 'clusters'>) {
    this._clusters.changed.connect((_, { type }) => {
      if (type === 'removed' && !this._clusters.clusters.length) {
        this.reset();
      }
    });
  }

  /** The option whose field is to get the focus; null for none. */
  option: string | null = null;

  /** Emitted when the form was expanded or collapsed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether all fields are shown. */
  get isOpen(): boolean {
    return this._chosen ?? this._clusters.clusters.length === 0;
  }

  /** Expand or collapse the form. */
  set(isOpen: boolean): void {
    this._chosen = isOpen;
    this._changed.emit();
  }

  /** Expand the form, and focus the field of an option as soon as it is there. */
  show(option: string): void {
    this.option = option;
    this.set(true);
  }

  /** Called when the field has the focus. */
  readonly focused = (): void => {
    this.option = null;
  };

  /** Follow the number of clusters again. */
  reset(): void {
    this._chosen = null;
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  /** What the user chose; null for no choice. */
  private _chosen: boolean | null = null;
}
