import { ISignal, Signal } from '@lumino/signaling';
import { DEFAULT_TEMPLATE } from '../../notebook/template';
import { IChoices, IPreferences, IRecent } from '../../settings/preferences';

/**
 * Preferences in memory.
 */
export class FakePreferences implements IPreferences {
  defaultPlatform = '';
  insertAutomatically = true;
  codeTemplate = DEFAULT_TEMPLATE;
  keepRunning = false;
  idleTimeout: number | null = null;
  browserNotifications = false;
  readonly choices: { [platform: string]: IChoices } = {};

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emit that a setting changed. */
  emit(): void {
    this._changed.emit();
  }

  recall(platform: string): IChoices | null {
    return this.choices[platform] ?? null;
  }

  readonly last: { [site: string]: string } = {};

  lastPlatform(site: string): string | null {
    return this.last[site] ?? null;
  }

  recentLaunches: IRecent[] = [];

  recent(): ReadonlyArray<IRecent> {
    return this.recentLaunches;
  }

  async remember(
    platform: string,
    choices: IChoices,
    site: string
  ): Promise<void> {
    this.choices[platform] = choices;
    this.last[site] = platform;
  }

  private _changed = new Signal<this, void>(this);
}
