import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { IClusters, ILaunch, IPlatform } from '../../tokens';
import { IForm } from './choices';
import { changedOptions } from './schema';
import { Draft } from './draft';
import { FormFold } from './fold';
import { Forms } from './forms';
import { KernelChoice } from './kernelchoice';
import { ILaunchModelOptions } from './parts';
import { Presets } from './presets';
import { Preparation } from './prepare';
import { LaunchQueries, sizeOf } from './queries';
import { Selection } from './selection';
import { Submission } from './submission';

/**
 * The state of the form that launches a cluster.
 */
export class LaunchModel implements IDisposable {
  constructor(options: ILaunchModelOptions) {
    const { clusters, kernelspecs, notebooks, preferences } = options;
    this.fold = new FormFold(clusters);
    this.forms = new Forms(preferences);
    this.submission = new Submission(clusters, notebooks);
    this.kernel = new KernelChoice(kernelspecs, notebooks);
    this.queries = new LaunchQueries(clusters);
    this.preparation = new Preparation(clusters, () => this.lookAgain());
    this._selection = new Selection(this.queries, preferences);
    const { forms, kernel, queries } = this;
    this.presets = new Presets({
      ...{ clusters, forms, queries },
      recent: () => this._selection.recent,
      select: (platform, form) => {
        this._selection.name = platform.name;
        this.draft.fill();
        forms.change(platform, form);
        this._onEdited();
      },
      onChange: () => this._emit()
    });
    this.draft = new Draft({ forms, kernel, notebooks, queries });
    this.draft.changed.connect(this._onEdited, this);
    this.fold.changed.connect(this._emit, this);
    this.submission.changed.connect(this._emit, this);
    this.queries.settled.connect(this._update, this);
    clusters.changed.connect(this._onClustersChanged, this);
    kernelspecs.specsChanged.connect(this._update, this);
    notebooks?.changed.connect(this._onEdited, this);
    preferences.changed.connect(this._update, this);
    this._update();
  }

  /** Whether the form shows all fields. */
  readonly fold: FormFold;

  /** The launch that is being requested. */
  readonly submission: Submission;

  /** The values of the form. */
  readonly forms: Forms;

  /** The launches with a name. */
  readonly presets: Presets;

  /** What holds for the next cluster only. */
  readonly draft: Draft;

  /** The environment of the cluster. */
  readonly kernel: KernelChoice;

  /** What the server prepares while the user fills in the form. */
  readonly preparation: Preparation;

  /** The platforms, options, previews and discovered clusters. */
  readonly queries: LaunchQueries;

  /** Emitted when anything in the model changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the model is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The selected platform; null if there is none. */
  get platform(): IPlatform | null {
    return this._selection.platform;
  }

  /** The titles of the options whose values are not allowed. */
  get invalid(): string[] {
    return this.draft.invalid(this.platform);
  }

  /** Whether the cluster can be launched or joined, as far as is known. */
  get canLaunch(): boolean {
    const { platform, queries } = this;
    return (
      platform !== null &&
      !this.submission.busy &&
      queries.isReady(platform) &&
      !queries.code.isRejected &&
      this.invalid.length === 0 &&
      (platform.launches || this.draft.address.trim() !== '')
    );
  }

  /** Select a platform by its name. */
  select(platform: string): void {
    this._selection.name = platform;
    this.fold.keep();
    this.fold.settle();
    this._onEdited();
  }

  /** Choose a kernelspec; null for that of the current notebook or console. */
  chooseKernel(name: string | null): void {
    this.kernel.chosen = name;
    this._onEdited();
  }

  /** Change values of the form for the selected platform. */
  change(changes: Partial<IForm>): void {
    const { platform } = this;
    if (platform) {
      this.forms.change(platform, changes);
      this.fold.keep();
      this._onEdited();
    }
  }

  /** Restore the defaults for the selected platform. */
  reset(): void {
    const { platform } = this;
    if (platform) {
      this.forms.reset(platform);
      this.draft.fill();
      this.draft.clear(this.draft.typed(platform));
      this.fold.release();
      this.chooseKernel(null);
    }
  }

  /** Request the platforms and their options again. */
  retry(): void {
    this.queries.retry();
    this._update();
  }

  /** Look for what the selected platform lacked, which may have been installed. */
  lookAgain(): void {
    if (this.platform && !this.queries.platforms.pending) {
      this.retry();
    }
  }

  /** Search for clusters to join again, if they are shown. */
  searchAgain(): void {
    this.queries.searchAgain();
    this._update();
  }

  /** Set whether to request what is shown in an expanded section. */
  request(what: 'check' | 'clusters', isShown: boolean): void {
    this.queries.requested[what] = isShown;
    this._update();
  }

  /**
   * Launch a cluster, or join the one at `address` on a platform that launches
   * none. What the user types meanwhile is for the next one. Does nothing during
   * another launch. Never rejects: see `submission.error`.
   *
   * @param discovered - the id of a discovered cluster to join instead
   */
  async launch(discovered?: string): Promise<void> {
    const { draft, fold, platform, submission } = this;
    if (!platform || submission.busy) {
      return;
    }
    const { edits } = fold;
    const typed = draft.typed(platform);
    const form = this.forms.get(platform);
    const options = changedOptions(this.queries.schema(platform), form.options);
    const launch = draft.submission(platform, discovered);
    const request = (): ILaunch => ({ ...launch, ...draft.place() });
    await submission.send(request, async () => {
      draft.clear(typed);
      this.preparation.reset();
      fold.reset(edits);
      await this._selection.remember(platform, form, options);
    });
  }

  /** Cancel all requests. */
  dispose(): void {
    this._isDisposed = true;
    this.preparation.choose(null);
    this.queries.dispose();
    this.presets.dispose();
    Signal.clearData(this);
  }

  /** Forget why the last launch was rejected: the next one is another. */
  private _onEdited(): void {
    this.submission.error = null;
    this._update();
  }

  private _onClustersChanged(_: IClusters, change: IClusters.IChange): void {
    const { old, type } = change;
    // Most reports of known clusters do not matter.
    const before = old ? sizeOf(old) : null;
    const after = change.new ? sizeOf(change.new) : null;
    if ((before ?? 0) > (after ?? 0)) {
      this.submission.error = null; // There may be room for what was refused.
      this._updateSoon();
    } else if (type !== 'changed' || before !== after) {
      this._updateSoon();
    }
  }

  /** Update once for all changes of a list, which are emitted one by one. */
  private _updateSoon(): void {
    if (this._isDue) {
      return;
    }
    this._isDue = true;
    queueMicrotask(() => {
      this._isDue = false;
      this._update();
    });
  }

  /** Send the requests whose input changed, and emit that the model changed. */
  private _update(): void {
    if (this._isDisposed) {
      return;
    }
    this.queries.updatePlatforms(this.kernel.name);
    this.presets.update();
    const { platform } = this;
    this.preparation.choose(platform, this.kernel.name);
    if (platform) {
      this.queries.update(platform, this.kernel.name, () =>
        this.invalid.length ? null : this.draft.request(platform)
      );
    }
    this._emit();
  }

  private _emit(): void {
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _isDisposed = false;
  private _isDue = false;
  private _selection: Selection;
}
