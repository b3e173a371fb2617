import { Signal } from '@lumino/signaling';
import { Preferences } from '../../settings/preferences';

/** Make settings in memory. */
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
  // Guards against choices that are saved for another platform.
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

  // Guards against a failure without a settings registry.
  it('has defaults if there are no settings', async () => {
    const preferences = new Preferences(null);
    expect(preferences.insertAutomatically).toBe(true);
    expect(preferences.idleTimeout).toBeNull();
    await preferences.remember('local', { workers: 3 }, '');
    expect(preferences.recall('local')).toEqual({ workers: 3 });
    expect(preferences.lastPlatform('')).toBe('local');
  });

  // Guards against losing the platform at a reload, and against the platform of
  // another host that shares the home directory.
  it('remembers the last platform of each site', async () => {
    const composite = { lastPlatforms: { tallgrass: 'tallgrass' } };
    await new Preferences(makeSettings(composite)).remember('local', {}, '');
    const reloaded = new Preferences(makeSettings(composite));
    expect(reloaded.lastPlatform('')).toBe('local');
    expect(reloaded.lastPlatform('tallgrass')).toBe('tallgrass');
    expect(reloaded.lastPlatform('denali')).toBeNull();
  });

  // Guards against writing unchanged settings at every launch.
  it('writes only changes', async () => {
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

  // Guards against confusing minutes and seconds.
  it('converts the idle time to seconds, and zero to null', () => {
    expect(new Preferences(makeSettings({ idleMinutes: 5 })).idleTimeout).toBe(
      300
    );
    expect(
      new Preferences(makeSettings({ idleMinutes: 0 })).idleTimeout
    ).toBeNull();
  });
});
