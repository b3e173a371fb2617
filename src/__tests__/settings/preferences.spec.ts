import { StateDB } from '@jupyterlab/statedb';
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
  // Guards against choices that are saved for another platform, lost at a reload,
  // or counted as modified settings.
  it('remembers the choices of each platform in the state database', async () => {
    const store = new StateDB();
    const settings = makeSettings({});
    settings.set = () => Promise.reject(new Error('no setting of the user'));
    const preferences = new Preferences(settings, store);
    await preferences.load();
    await preferences.remember('hub', { workers: 30 }, '');
    await preferences.remember('local', { workers: 3 }, '');
    const reloaded = new Preferences(settings, store);
    await reloaded.load();
    expect(reloaded.recall('hub')).toEqual({ workers: 30 });
    expect(reloaded.recall('local')).toEqual({ workers: 3 });
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
    const store = new StateDB();
    const preferences = new Preferences(null, store);
    await preferences.remember('tallgrass', {}, 'tallgrass');
    await preferences.remember('local', {}, '');
    const reloaded = new Preferences(null, store);
    await reloaded.load();
    expect(reloaded.lastPlatform('')).toBe('local');
    expect(reloaded.lastPlatform('tallgrass')).toBe('tallgrass');
    expect(reloaded.lastPlatform('denali')).toBeNull();
  });

  // Guards against a list with the same launch twice, without end, or with the
  // partitions of another machine.
  it('remembers the last launches of each site', async () => {
    const store = new StateDB();
    const preferences = new Preferences(null, store);
    for (const workers of [1, 2, 3, 4, 5, 6, 2]) {
      await preferences.remember('local', { workers, adapt: null }, 'here');
    }
    const adapt = { minimum: 0, maximum: 3 };
    const options = { queue: 'long' };
    await preferences.remember(
      'slurm',
      { workers: 1, adapt, options },
      'there'
    );
    const reloaded = new Preferences(null, store);
    expect(reloaded.recent('here')).toEqual([]);
    await reloaded.load();
    expect(reloaded.recent('here').map(({ workers }) => workers)).toEqual([
      2, 6, 5, 4, 3
    ]);
    expect(reloaded.recent('there')).toEqual([
      { platform: 'slurm', adapt, options }
    ]);
  });

  // Guards against a sidebar that stays empty, and launches that are lost.
  it('takes what was saved by other versions, or is damaged', async () => {
    const launch = { platform: 'local', workers: 1, options: {} };
    const key = 'jupyter-cluster-launcher:launches';
    const store = new StateDB();
    await store.save(key, { choices: {}, platforms: {} });
    const older = new Preferences(null, store);
    await older.load();
    expect(older.recent('')).toEqual([]);
    const recent = { '': {}, here: [null, 'x', launch] } as any;
    await store.save(key, { recent });
    const damaged = new Preferences(null, store);
    await damaged.remember('slurm', { workers: 2 }, 'here');
    await store.save(key, { recent });
    await damaged.load();
    expect(damaged.recent('')).toEqual([]);
    expect(damaged.recent('here')).toEqual([
      { platform: 'slurm', workers: 2, options: {} },
      launch
    ]);
    await damaged.remember('local', { workers: 1 }, '');
    expect(damaged.recent('')).toEqual([launch]);
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
