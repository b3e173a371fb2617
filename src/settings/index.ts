import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { Preferences } from './preferences';

/** The plugin whose settings are those of the extension. */
export const SETTINGS_ID = 'jupyter-cluster-launcher:sidebar';

/**
 * Load the preferences of the user.
 *
 * @param registry - without it, or if it fails, the defaults apply
 * @param store - without it, or if it fails, no last launch is known
 */
export async function loadPreferences(
  registry: ISettingRegistry | null,
  store: IStateDB | null = null
): Promise<Preferences> {
  const settings = await (registry?.load(SETTINGS_ID) ?? null)?.catch(warn);
  const preferences = new Preferences(settings ?? null, store);
  // The state database answers only after the application has started.
  void preferences.load().catch(warn);
  return preferences;
}

function warn(reason: unknown): void {
  console.warn('Failed to load the settings of Dask Clusters.', reason);
}
