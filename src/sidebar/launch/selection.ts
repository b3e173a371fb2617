import { JSONObject } from '@lumino/coreutils';
import { IPreferences, IRecent } from '../../settings/preferences';
import { IPlatform } from '../../tokens';
import { IForm, selectPlatform, siteOf } from './choices';
import { LaunchQueries } from './queries';

/**
 * Which platform is selected: by the user, else as it is set or was used last.
 */
export class Selection {
  constructor(
    private _queries: LaunchQueries,
    private _preferences: IPreferences
  ) {}

  /** The name of the platform that the user selected; null for none. */
  name: string | null = null;

  /** The selected platform; null if there is none. */
  get platform(): IPlatform | null {
    return selectPlatform(
      this._platforms,
      this.name,
      this._preferences.defaultPlatform,
      this._preferences.lastPlatform(siteOf(this._platforms))
    );
  }

  /** The last launches on this site that differ, newest first. */
  get recent(): ReadonlyArray<IRecent> {
    return this._preferences.recent(siteOf(this._platforms));
  }

  /** Remember a launch for the next one on this site. */
  remember(
    platform: IPlatform,
    form: IForm,
    options: JSONObject
  ): Promise<void> {
    const site = siteOf(this._platforms);
    return this._preferences.remember(
      platform.name,
      { ...form, options },
      site
    );
  }

  private get _platforms(): IPlatform[] {
    return this._queries.platforms.value ?? [];
  }
}
