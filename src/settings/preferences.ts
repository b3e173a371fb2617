import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { JSONExt, JSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { PLAIN } from '../notebook/template';
import { IAdapt } from '../tokens';

/** What a person chose for a platform the last time. */
export interface IChoices {
  workers?: number;
  adapt?: IAdapt | null;
  options?: JSONObject;
  tls?: boolean;
  keep_running?: boolean;
  /** Seconds, or null for never. */
  idle_timeout?: number | null;
}

/** The settings as the rest of the extension sees them. */
export interface IPreferences {
  /** The platform to preselect; empty for the one that was recognised. */
  readonly defaultPlatform: string;
  /** Whether code is inserted as soon as a cluster can be used. */
  readonly insertAutomatically: boolean;
  /** The lines of the code that connects, with variables. */
  readonly codeTemplate: readonly string[];
  /** Whether clusters outlive Jupyter unless it is chosen otherwise. */
  readonly keepRunning: boolean;
  /** Seconds without work before a cluster closes; null for never. */
  readonly idleTimeout: number | null;
  /** Emitted when a setting changed. */
  readonly changed: ISignal<IPreferences, void>;
  recall(platform: string): IChoices | null;
  /**
   * The platform that was launched last at a place, null where none was.
   *
   * @param place - which platforms are recognised there: a home directory is
   *   shared between computers, and what is right on one is wrong on the next
   */
  lastPlatform(place: string): string | null;
  /** Keep what was launched, for this platform and for this place. */
  remember(platform: string, choices: IChoices, place: string): Promise<void>;
}

/** The settings as the schema has them. */
interface ISettings {
  defaultPlatform: string;
  insertAutomatically: boolean;
  codeTemplate: readonly string[];
  keepRunning: boolean;
  idleMinutes: number;
  lastChoices: { [platform: string]: IChoices };
  lastPlatforms: { [place: string]: string };
}

const DEFAULTS: ISettings = {
  defaultPlatform: '',
  insertAutomatically: true,
  codeTemplate: PLAIN,
  keepRunning: false,
  idleMinutes: 0,
  lastChoices: {},
  lastPlatforms: {}
};

/**
 * Preferences from JupyterLab's settings.
 *
 * The last choices are kept there too, because settings belong to a person and
 * follow them to another workspace, browser or server with the same home; the
 * state database is one of a workspace.
 */
export class Preferences implements IPreferences {
  /**
   * @param settings - null where there is no settings registry: the defaults
   *   hold, and choices are remembered until the page is closed
   */
  constructor(settings: ISettingRegistry.ISettings | null) {
    this._settings = settings;
    settings?.changed.connect(this._onChanged, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get defaultPlatform(): string {
    return this._get('defaultPlatform');
  }

  get insertAutomatically(): boolean {
    return this._get('insertAutomatically');
  }

  get codeTemplate(): readonly string[] {
    return this._get('codeTemplate');
  }

  get keepRunning(): boolean {
    return this._get('keepRunning');
  }

  get idleTimeout(): number | null {
    const minutes = this._get('idleMinutes');
    return minutes > 0 ? minutes * 60 : null;
  }

  recall(platform: string): IChoices | null {
    return this._get('lastChoices')[platform] ?? null;
  }

  lastPlatform(place: string): string | null {
    return this._get('lastPlatforms')[place] ?? null;
  }

  async remember(
    platform: string,
    choices: IChoices,
    place: string
  ): Promise<void> {
    const lastPlatforms = { ...this._get('lastPlatforms'), [place]: platform };
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
  /** What the settings do not have yet. */
  private _session: Partial<ISettings> = {};
  private _settings: ISettingRegistry.ISettings | null;
}
