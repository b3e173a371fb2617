import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
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
  /** Core-hours after which the cluster shuts down; null for never. */
  core_hours?: number | null;
  /** Seconds for which batch jobs are renewed; null for never. */
  renew_for?: number | null;
}

/** A launch that was accepted, to launch the like again. */
export interface IRecent extends Pick<
  IChoices,
  'workers' | 'adapt' | 'options'
> {
  /** The name of the platform. */
  platform: string;
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
  /** Whether the browser shows notifications while the page is hidden. */
  readonly browserNotifications: boolean;
  /** Emitted when a setting changed, and when the last launches are known. */
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
  /** The last launches at a site that differ, newest first. */
  recent(site: string): ReadonlyArray<IRecent>;
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
  browserNotifications: boolean;
}

/** What is remembered of the last launches. */
interface IMemory {
  /** By platform, the choices of the last launch. */
  choices: { [platform: string]: IChoices };
  /** By site, the platform of the last launch. */
  platforms: { [site: string]: string };
  /** By site, the last launches that differ, newest first. */
  recent: { [site: string]: IRecent[] };
}

/** Where the memory is kept: a part of the state database of JupyterLab. */
type Store = Pick<IStateDB, 'fetch' | 'save'>;

/** How many launches of a site are remembered beside the last of each platform. */
const RECENT = 5;

/** The key of the memory in the state database. */
const KEY = 'jupyter-cluster-launcher:launches';

const DEFAULTS: ISettings = {
  defaultPlatform: '',
  insertAutomatically: true,
  codeTemplate: DEFAULT_TEMPLATE,
  keepRunning: false,
  idleMinutes: 0,
  browserNotifications: false
};

/**
 * Preferences in the settings of JupyterLab, and the choices of the last launches
 * in its state database: they are no settings that the user made.
 */
export class Preferences implements IPreferences {
  /**
   * @param settings - null if there is no settings registry: the defaults apply
   * @param store - null if there is no state database: choices are remembered
   *   until the page is closed
   */
  constructor(
    settings: ISettingRegistry.ISettings | null,
    private _store: Store | null = null
  ) {
    this._settings = settings;
    settings?.changed.connect(this._onChanged, this);
  }

  /** Load what is remembered of the last launches. */
  async load(): Promise<void> {
    const saved = (await this._store?.fetch(KEY)) as Partial<IMemory> | null;
    // A launch may have been remembered meanwhile.
    const { recent } = this._memory;
    for (const [site, launches] of Object.entries(recent)) {
      const before = launchesOf(saved?.recent?.[site]);
      recent[site] = [...launches].reverse().reduce(withLaunch, before);
    }
    this._memory = {
      choices: { ...saved?.choices, ...this._memory.choices },
      platforms: { ...saved?.platforms, ...this._memory.platforms },
      recent: { ...saved?.recent, ...this._memory.recent }
    };
    this._changed.emit();
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

  /** Whether the browser shows notifications while the page is hidden. */
  get browserNotifications(): boolean {
    return this._get('browserNotifications');
  }

  /** The choices at the last launch on a platform; null if there was none. */
  recall(platform: string): IChoices | null {
    return this._memory.choices[platform] ?? null;
  }

  /** The platform of the last launch at a site; null if there was none. */
  lastPlatform(site: string): string | null {
    return this._memory.platforms[site] ?? null;
  }

  /** The last launches at a site that differ, newest first. */
  recent(site: string): ReadonlyArray<IRecent> {
    return launchesOf(this._memory.recent[site]);
  }

  /** Save the choices of a launch. */
  async remember(
    platform: string,
    choices: IChoices,
    site: string
  ): Promise<void> {
    const { choices: known, platforms, recent } = this._memory;
    const { adapt, options, workers } = choices;
    const size = adapt ? { adapt } : { workers };
    const launch = { platform, ...size, options: options ?? {} } as IRecent;
    this._memory = {
      choices: { ...known, [platform]: choices },
      platforms: { ...platforms, [site]: platform },
      recent: {
        ...recent,
        [site]: withLaunch(launchesOf(recent[site]), launch)
      }
    };
    await this._store?.save(KEY, this._memory as unknown as JSONObject);
  }

  private _get<K extends keyof ISettings>(key: K): ISettings[K] {
    return (
      (this._settings?.composite[key] as ISettings[K] | undefined) ??
      DEFAULTS[key]
    );
  }

  private _onChanged(): void {
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _memory: IMemory = { choices: {}, platforms: {}, recent: {} };
  private _settings: ISettingRegistry.ISettings | null;
}

/** The launches that were saved; nothing of what is damaged. */
function launchesOf(saved: unknown): IRecent[] {
  return Array.isArray(saved)
    ? saved.filter(one => typeof one?.platform === 'string')
    : [];
}

/** Add a launch to the last ones, once. */
function withLaunch(before: IRecent[], launch: IRecent): IRecent[] {
  const others = before.filter(
    one => !JSONExt.deepEqual(one as any, launch as any)
  );
  return [launch, ...others].slice(0, RECENT);
}
