import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Preferences } from './preferences';

/** The plugin whose settings are those of the extension. */
export const SETTINGS_ID = 'jupyter-cluster-launcher:sidebar';

/**
 * Load the preferences of the user.
 *
 * @param registry - without it, or if it fails, the defaults apply
 */
export async function loadPreferences(
  registry: ISettingRegistry | null
): Promise<Preferences> {
  try {
    return new Preferences((await registry?.load(SETTINGS_ID)) ?? null);
  } catch (reason) {
    console.warn('Failed to load the settings of Dask Clusters.', reason);
    return new Preferences(null);
  }
}
