import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { JSONExt, JSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { DEFAULT_TEMPLATE } from '../notebook/template';
import { IAdapt } from '../tokens';

/** The choices of the user for a platform at the last launch. */
export interface IChoices {
  /** The number of workers. */
  workers?: number;
  /** The bounds of an adaptive cluster; null for a fixed number of workers. */
  adapt?: IAdapt | null;
  /** The options that differ from their defaults. */
  options?: JSONObject;
  /** Whether traffic is encrypted. */
  tls?: boolean;
  /** Whether the cluster keeps running when the Jupyter server stops. */
  keep_running?: boolean;
  /** Idle seconds before the cluster shuts down; null for never. */
  idle_timeout?: number | null;
}

/** The preferences of the user. */
export interface IPreferences {
  /** The platform to preselect; empty for the last used or detected one. */
  readonly defaultPlatform: string;
  /** Whether code is inserted as soon as a launched cluster can be used. */
  readonly insertAutomatically: boolean;
  /** The lines of the code that connects, with variables. */
  readonly codeTemplate: readonly string[];
  /** Whether clusters keep running when the Jupyter server stops, by default. */
  readonly keepRunning: boolean;
  /** Idle seconds before clusters shut down, by default; null for never. */
  readonly idleTimeout: number | null;
  /** Emitted when a setting changed. */
  readonly changed: ISignal<IPreferences, void>;
  /** The choices at the last launch on a platform; null if there was none. */
  recall(platform: string): IChoices | null;
  /**
   * The platform of the last launch at a site; null if there was none.
   *
   * @param site - identifies the site, because several sites can share a home
   *   directory with these preferences; see `siteOf`
   */
  lastPlatform(site: string): string | null;
  /** Save the choices of a launch. */
  remember(platform: string, choices: IChoices, site: string): Promise<void>;
}

/** The settings as in their schema. */
interface ISettings {
  defaultPlatform: string;
  insertAutomatically: boolean;
  codeTemplate: readonly string[];
  keepRunning: boolean;
  idleMinutes: number;
  lastChoices: { [platform: string]: IChoices };
  lastPlatforms: { [site: string]: string };
}

const DEFAULTS: ISettings = {
  defaultPlatform: '',
  insertAutomatically: true,
  codeTemplate: DEFAULT_TEMPLATE,
  keepRunning: false,
  idleMinutes: 0,
  lastChoices: {},
  lastPlatforms: {}
};

/**
 * Preferences in the settings of JupyterLab.
 *
 * The last choices are stored there too, because settings are shared by all
 * workspaces, browsers and servers of a user, unlike the state database.
 */
export class Preferences implements IPreferences {
  /**
   * @param settings - null if there is no settings registry: then the defaults
   *   apply, and choices are remembered until the page is closed
   */
  constructor(settings: ISettingRegistry.ISettings | null) {
    this._settings = settings;
    settings?.changed.connect(this._onChanged, this);
  }

  /** Emitted when a setting changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The platform to preselect; empty for the last used or detected one. */
  get defaultPlatform(): string {
    return this._get('defaultPlatform');
  }

  /** Whether code is inserted as soon as a launched cluster can be used. */
  get insertAutomatically(): boolean {
    return this._get('insertAutomatically');
  }

  /** The lines of the code that connects, with variables. */
  get codeTemplate(): readonly string[] {
    return this._get('codeTemplate');
  }

  /** Whether clusters keep running when the Jupyter server stops, by default. */
  get keepRunning(): boolean {
    return this._get('keepRunning');
  }

  /** Idle seconds before clusters shut down, by default; null for never. */
  get idleTimeout(): number | null {
    const minutes = this._get('idleMinutes');
    return minutes > 0 ? minutes * 60 : null;
  }

  /** The choices at the last launch on a platform; null if there was none. */
  recall(platform: string): IChoices | null {
    return this._get('lastChoices')[platform] ?? null;
  }

  /** The platform of the last launch at a site; null if there was none. */
  lastPlatform(site: string): string | null {
    return this._get('lastPlatforms')[site] ?? null;
  }

  /** Save the choices of a launch. */
  async remember(
    platform: string,
    choices: IChoices,
    site: string
  ): Promise<void> {
    const lastPlatforms = { ...this._get('lastPlatforms'), [site]: platform };
    const lastChoices = { ...this._get('lastChoices'), [platform]: choices };
    await this._set('lastPlatforms', lastPlatforms);
    await this._set('lastChoices', lastChoices);
  }

  private _get<K extends keyof ISettings>(key: K): ISettings[K] {
    return (
      this._session[key] ??
      (this._settings?.composite[key] as ISettings[K] | undefined) ??
      DEFAULTS[key]
    );
  }

  private async _set<K extends keyof ISettings>(
    key: K,
    value: ISettings[K]
  ): Promise<void> {
    if (JSONExt.deepEqual(this._get(key) as any, value as any)) {
      return;
    }
    this._session[key] = value;
    await this._settings?.set(key, value as unknown as JSONObject);
  }

  private _onChanged(): void {
    this._session = {};
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  /** Changes that are not in the settings yet. */
  private _session: Partial<ISettings> = {};
  private _settings: ISettingRegistry.ISettings | null;
}
