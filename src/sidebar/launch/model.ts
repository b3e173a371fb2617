import { NotebookPanel } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { IPreferences } from '../../settings/preferences';
import {
  ICluster,
  IClusters,
  ILaunch,
  INotebooks,
  IPlatform
} from '../../tokens';
import {
  changedOptions,
  IForm,
  initialForm,
  launchRequest,
  selectPlatform,
  siteOf
} from './choices';
import { KernelChoice } from './kernelchoice';
import { Preparation } from './prepare';
import { LaunchQueries } from './queries';

/**
 * The state of the form that launches a cluster.
 */
export class LaunchModel implements IDisposable {
  constructor(private _options: LaunchModel.IOptions) {
    const { clusters, kernelspecs, notebooks, preferences } = this._options;
    this.kernel = new KernelChoice(kernelspecs, notebooks);
    this.queries = new LaunchQueries(clusters);
    this.preparation = new Preparation(clusters);
    this.queries.settled.connect(this._update, this);
    clusters.changed.connect(this._onClustersChanged, this);
    kernelspecs.specsChanged.connect(this._update, this);
    notebooks?.changed.connect(this._update, this);
    preferences.changed.connect(this._update, this);
    this._update();
  }

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

  /** Emitted after a launch was accepted. */
  get launched(): ISignal<this, LaunchModel.ILaunched> {
    return this._launched;
  }

  /** Whether the model is disposed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The selected platform; null if there is none. */
  get platform(): IPlatform | null {
    const platforms = this.queries.platforms.value ?? [];
    const { preferences } = this._options;
    return selectPlatform(
      platforms,
      this._selected,
      preferences.defaultPlatform,
      preferences.lastPlatform(siteOf(platforms))
    );
  }

  /** The name of the cluster; empty to generate one. */
  get name(): string {
    return this._name;
  }
  set name(name: string) {
    this._name = name;
    this._update();
  }

  /** Whether the server has not responded to a launch yet. */
  get busy(): boolean {
    return this._busy;
  }

  /** Why the last launch was rejected, for the user; null if it was not. */
  get error(): string | null {
    return this._error;
  }

  /** The values of the form for a platform. */
  form(platform: IPlatform): IForm {
    return (
      this._forms.get(platform.name) ??
      initialForm(platform, this._options.preferences)
    );
  }

  /** Select a platform by its name. */
  select(platform: string): void {
    this._selected = platform;
    this._error = null;
    this._update();
  }

  /** Choose a kernelspec; null for the one of the current notebook. */
  chooseKernel(name: string | null): void {
    this.kernel.chosen = name;
    this._update();
  }

  /** Change values of the form for the selected platform. */
  change(changes: Partial<IForm>): void {
    const { platform } = this;
    if (platform) {
      const form = { ...this.form(platform), ...changes };
      this._forms.set(platform.name, form);
      this._update();
    }
  }

  /** Request the platforms and their options again. */
  retry(): void {
    this.queries.retry();
    this._update();
  }

  /** Set whether to request what is shown in an expanded section. */
  request(what: 'check' | 'clusters', isShown: boolean): void {
    this.queries.requested[what] = isShown;
    this._update();
  }

  /**
   * Launch a cluster. Never rejects: see `error`.
   *
   * @param discovered - the id of a discovered cluster to join instead
   */
  async launch(discovered?: string): Promise<void> {
    const { platform } = this;
    if (!platform) {
      return;
    }
    const { clusters, notebooks, preferences } = this._options;
    const panel = notebooks?.panel ?? null;
    const form = this.form(platform);
    const site = siteOf(this.queries.platforms.value ?? []);
    const options = changedOptions(this.queries.schema(platform), form.options);
    const launch = this._request(platform);
    if (discovered !== undefined) {
      launch.adopt = discovered;
    }
    this._busy = true;
    this._error = null;
    this._update();
    try {
      const cluster = await clusters.launch(launch);
      this._name = '';
      this.preparation.reset();
      this._launched.emit({ cluster, panel });
      await preferences.remember(platform.name, { ...form, options }, site);
    } catch (reason) {
      this._error = (reason as Error).message;
    } finally {
      this._busy = false;
      this._update();
    }
  }

  /** Cancel all requests. */
  dispose(): void {
    this._isDisposed = true;
    this.preparation.choice = null;
    this.queries.dispose();
    Signal.clearData(this);
  }

  /** The request that launches a cluster. */
  private _request(platform: IPlatform): ILaunch {
    const path = this._options.notebooks?.current?.path;
    return launchRequest(
      platform,
      this.form(platform),
      this.queries.schema(platform),
      {
        kernel_name: this.kernel.name,
        cwd: path?.split('/').slice(0, -1).join('/'),
        name: this._name
      }
    );
  }

  private _onClustersChanged(_: IClusters, { type }: IClusters.IChange): void {
    if (type !== 'changed') {
      this._update(); // The reports of known clusters do not matter.
    }
  }

  /** Send the requests whose input changed, and emit that the model changed. */
  private _update(): void {
    if (this._isDisposed) {
      return;
    }
    const { queries } = this;
    queries.updatePlatforms(this.kernel.name);
    const { platform } = this;
    this.preparation.choice = platform?.available
      ? { platform: platform.name, kernelName: this.kernel.name }
      : null;
    if (platform) {
      queries.updatePlatform(platform, this.kernel.name);
      queries.updatePreview(
        platform,
        queries.isReady(platform) ? this._request(platform) : null
      );
    }
    this._changed.emit();
  }

  private _busy = false;
  private _changed = new Signal<this, void>(this);
  private _error: string | null = null;
  /** By platform, the values that the user changed. */
  private _forms = new Map<string, IForm>();
  private _isDisposed = false;
  private _launched = new Signal<this, LaunchModel.ILaunched>(this);
  private _name = '';
  /** The platform that the user selected. */
  private _selected: string | null = null;
}

/** The types that belong to LaunchModel. */
export namespace LaunchModel {
  /** The options of the model. */
  export interface IOptions {
    /** The clusters and platforms. */
    clusters: IClusters;
    /** The kernelspecs of the server. */
    kernelspecs: Pick<KernelSpec.IManager, 'specs' | 'specsChanged'>;
    /** The notebooks, to launch in the environment of the current one. */
    notebooks: INotebooks | null;
    /** The preferences, in which the choices of a launch are saved. */
    preferences: IPreferences;
  }

  /** An accepted launch. */
  export interface ILaunched {
    /** The cluster, which is starting. */
    cluster: ICluster;
    /** The current notebook at the time of the launch; null if there was none. */
    panel: NotebookPanel | null;
  }
}
