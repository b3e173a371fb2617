import { IPreferences } from '../../settings/preferences';
import { IPlatform } from '../../tokens';
import { defaultForm, IForm, initialForm } from './choices';

/**
 * The values of the launch form, for each platform its own.
 */
export class Forms {
  constructor(private _preferences: IPreferences) {}

  /** The values for a platform. */
  get(platform: IPlatform): IForm {
    return (
      this._changed.get(platform.name) ??
      initialForm(platform, this._preferences)
    );
  }

  /** The defaults for a platform. */
  defaults(platform: IPlatform): IForm {
    return defaultForm(platform, this._preferences);
  }

  /** Change values for a platform. */
  change(platform: IPlatform, changes: Partial<IForm>): void {
    this._changed.set(platform.name, { ...this.get(platform), ...changes });
  }

  /** Restore the defaults for a platform. */
  reset(platform: IPlatform): void {
    this._changed.set(platform.name, this.defaults(platform));
  }

  /** By platform, the values that the user changed. */
  private _changed = new Map<string, IForm>();
}
