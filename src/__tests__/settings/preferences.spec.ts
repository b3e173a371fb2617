import { Signal } from '@lumino/signaling';
import { Preferences } from '../../settings/preferences';

/** Settings in memory, as the registry gives them. */
function makeSettings(composite: any): any {
  const settings: any = {
    composite,
    changed: new Signal<object, void>({}),
    set: async (key: string, value: unknown) => {
      composite[key] = value;
      settings.changed.emit();
    }
  };
  return settings;
}

describe('Preferences', () => {
  // Guards against choices that are kept for another platform.
  it('remembers the choices of each platform', async () => {
    const composite = { lastChoices: { hub: { workers: 30 } } };
    const preferences = new Preferences(makeSettings(composite));
    await preferences.remember('local', { workers: 3 }, '');
    expect(preferences.recall('local')).toEqual({ workers: 3 });
    expect(composite.lastChoices).toEqual({
      hub: { workers: 30 },
      local: { workers: 3 }
    });
  });

  // Guards against a sidebar that does not work without a settings registry.
  it('has defaults where there are no settings', async () => {
    const preferences = new Preferences(null);
    expect(preferences.insertAutomatically).toBe(true);
    expect(preferences.idleTimeout).toBeNull();
    await preferences.remember('local', { workers: 3 }, '');
    expect(preferences.recall('local')).toEqual({ workers: 3 });
    expect(preferences.lastPlatform('')).toBe('local');
  });

  // Guards against choosing the platform anew after each reload, and against
  // the one of another computer with the same home directory.
  it('remembers the last platform of each place', async () => {
    const composite = { lastPlatforms: { tallgrass: 'tallgrass' } };
    await new Preferences(makeSettings(composite)).remember('local', {}, '');
    const reloaded = new Preferences(makeSettings(composite));
    expect(reloaded.lastPlatform('')).toBe('local');
    expect(reloaded.lastPlatform('tallgrass')).toBe('tallgrass');
    expect(reloaded.lastPlatform('denali')).toBeNull();
  });

  // Guards against a write of all settings for each launch like the last one.
  it('writes only what is new', async () => {
    const settings = makeSettings({});
    const preferences = new Preferences(settings);
    const written: string[] = [];
    const { set } = settings;
    settings.set = (key: string, value: unknown) => {
      written.push(key);
      return set(key, value);
    };
    await preferences.remember('local', { workers: 3 }, '');
    await preferences.remember('local', { workers: 3 }, '');
    await preferences.remember('local', { workers: 4 }, '');
    expect(written).toEqual(['lastPlatforms', 'lastChoices', 'lastChoices']);
  });

  // Guards against minutes that are taken for seconds.
  it('has the idle time in seconds, and null for never', () => {
    expect(new Preferences(makeSettings({ idleMinutes: 5 })).idleTimeout).toBe(
      300
    );
    expect(
      new Preferences(makeSettings({ idleMinutes: 0 })).idleTimeout
    ).toBeNull();
  });
});
