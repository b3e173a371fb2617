import {
  initialForm,
  siteOf,
  selectPlatform,
  launchRequest
} from '../../../sidebar/launch/choices';
import { filterOptions } from '../../../sidebar/launch/schema';
import { FakePreferences, makePlatform } from '../../fakes';

describe('the form of a platform', () => {
  const platform = makePlatform();

  // Guards against defaults that differ from those of the server.
  it('opens with the defaults', () => {
    expect(initialForm(platform, new FakePreferences())).toEqual({
      workers: 2,
      adapt: null,
      options: {},
      tls: true,
      keep_running: false,
      idle_timeout: null,
      core_hours: null,
      renew_for: null
    });
  });

  // Guards against having to repeat all choices at every launch.
  it('opens with the last choices that are still valid', () => {
    const preferences = new FakePreferences();
    preferences.choices.local = {
      workers: 99,
      options: { threads: 4, gone: 'x' },
      tls: false,
      idle_timeout: null
    };
    preferences.idleTimeout = 600;
    expect(initialForm(platform, preferences)).toMatchObject({
      workers: 8,
      options: { threads: 4 },
      tls: false,
      idle_timeout: null
    });
  });

  // Guards against defaults that are sent as values: the server would replace an
  // expression such as os.environ.get(...) by its current value.
  it('sends only options that differ from their default', () => {
    const form = {
      ...initialForm(platform, new FakePreferences()),
      options: { threads: 1, extra: 'x' }
    };
    expect(
      launchRequest(platform, form, platform.options, {
        kernel_name: 'python3',
        cwd: 'work',
        name: '  '
      })
    ).toEqual({
      platform: 'local',
      workers: 2,
      options: { extra: 'x' },
      tls: true,
      keep_running: false,
      idle_timeout: null,
      kernel_name: 'python3',
      cwd: 'work'
    });
  });

  // Guards against jobs that are not kept, and a field where there are no jobs.
  it('renews a fixed number of jobs on a batch system only', () => {
    const form = {
      ...initialForm(platform, new FakePreferences()),
      renew_for: 14400
    };
    const batch = makePlatform({ queue: 'slurm' });
    const adapt = { minimum: 0, maximum: 5 };
    const sent = (where: typeof batch, changes: object = {}) =>
      launchRequest(where, { ...form, ...changes }, where.options, {})
        .renew_for;
    expect(sent(batch)).toBe(14400);
    expect(sent(batch, { adapt })).toBeUndefined();
    expect(sent(platform)).toBeUndefined();
  });

  // Guards against both a number of workers and bounds, which are rejected.
  it('sends bounds instead of a number for an adaptive cluster', () => {
    const form = {
      ...initialForm(platform, new FakePreferences()),
      adapt: { minimum: 0, maximum: 5 }
    };
    const launch = launchRequest(platform, form, platform.options, {});
    expect(launch.adapt).toEqual({ minimum: 0, maximum: 5 });
    expect(launch).not.toHaveProperty('workers');
  });

  // Guards against advanced options among the basic ones.
  it('has basic and advanced options', () => {
    const names = (advanced: boolean): string[] =>
      Object.keys(
        (filterOptions(platform.options, advanced) as any).properties
      );
    expect(names(false)).toEqual(['threads', 'memory']);
    expect(names(true)).toEqual(['extra']);
    expect(filterOptions({ type: 'object', properties: {} }, true)).toBeNull();
  });
});

describe('the selected platform', () => {
  const local = makePlatform();
  const tallgrass = makePlatform({ name: 'tallgrass', detected: true });
  const hub = makePlatform({ name: 'hub', available: false, detected: true });

  // Guards against the wrong platform at each site.
  it.each([
    ['the one that was detected', [local, tallgrass], null, 'tallgrass'],
    ['the first that is available', [hub, local], null, 'local'],
    ['the preferred one', [local, tallgrass], 'local', 'local'],
    ['no preferred one that is not available', [hub, local], 'hub', 'local'],
    ['any if none is available', [hub], null, 'hub']
  ])('is %s', (_, platforms, preferred, name) => {
    expect(selectPlatform(platforms, preferred)!.name).toBe(name);
  });

  // Guards against a last launch that overrides the setting of the user.
  it('is the one of the user, of the settings, then of the last launch', () => {
    const denali = makePlatform({ name: 'denali' });
    const all = [local, tallgrass, denali];
    const name = (...preferred: (string | null)[]): string =>
      selectPlatform(all, ...preferred)!.name;
    expect(name('local', 'denali', 'tallgrass')).toBe('local');
    expect(name(null, 'denali', 'local')).toBe('denali');
    expect(name(null, '', 'local')).toBe('local');
    expect(name(null, '', null)).toBe('tallgrass');
  });

  // Guards against one last platform for all hosts that share a home directory.
  it('depends on the site, by the platforms detected there', () => {
    expect(siteOf([local])).toBe('');
    expect(siteOf([local, tallgrass])).toBe('tallgrass');
    expect(siteOf([tallgrass, local, hub])).toBe('hub tallgrass');
  });
});
