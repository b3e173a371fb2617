import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { JSONObject, ReadonlyJSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { PLAIN } from './codetemplate';
import { IAdapt } from './tokens';

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
  remember(platform: string, choices: IChoices): Promise<void>;
}

/** The settings as the schema has them. */
interface ISettings {
  defaultPlatform: string;
  insertAutomatically: boolean;
  codeTemplate: readonly string[];
  keepRunning: boolean;
  idleMinutes: number;
  lastChoices: { [platform: string]: IChoices };
}

const DEFAULTS: ISettings = {
  defaultPlatform: '',
  insertAutomatically: true,
  codeTemplate: PLAIN,
  keepRunning: false,
  idleMinutes: 0,
  lastChoices: {}
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

  async remember(platform: string, choices: IChoices): Promise<void> {
    const all = { ...this._get('lastChoices'), [platform]: choices };
    this._session = all;
    await this._settings?.set(
      'lastChoices',
      all as unknown as ReadonlyJSONObject as JSONObject
    );
  }

  private _get<K extends keyof ISettings>(key: K): ISettings[K] {
    if (key === 'lastChoices' && this._session) {
      return this._session as ISettings[K];
    }
    return (
      (this._settings?.composite[key] as ISettings[K] | undefined) ??
      DEFAULTS[key]
    );
  }

  private _onChanged(): void {
    this._session = null;
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  /** Choices that the settings do not have yet. */
  private _session: ISettings['lastChoices'] | null = null;
  private _settings: ISettingRegistry.ISettings | null;
}
