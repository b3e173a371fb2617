import {
  foldOf,
  initialForm,
  placeOf,
  preselect,
  toLaunch
} from '../../../sidebar/launch/choices';
import { FakePreferences, makePlatform } from '../../fakes';

describe('the form of a platform', () => {
  const platform = makePlatform();

  // Guards against defaults of the browser that differ from the server's.
  it('opens with the defaults', () => {
    expect(initialForm(platform, new FakePreferences())).toEqual({
      workers: 2,
      adapt: null,
      options: {},
      tls: true,
      keep_running: false,
      idle_timeout: null
    });
  });

  // Guards against typing the same options every morning.
  it('opens with the last choices, where they still fit', () => {
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

  // Guards against defaults that are sent as values: an expression such as
  // os.environ.get(...) would become the text that it happens to be now.
  it('sends only options that differ from their default', () => {
    const form = {
      ...initialForm(platform, new FakePreferences()),
      options: { threads: 1, extra: 'x' }
    };
    expect(
      toLaunch(platform, form, platform.options, {
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

  // Guards against a number of workers beside bounds, which is refused.
  it('sends bounds instead of a number where it adapts', () => {
    const form = {
      ...initialForm(platform, new FakePreferences()),
      adapt: { minimum: 0, maximum: 5 }
    };
    const launch = toLaunch(platform, form, platform.options, {});
    expect(launch.adapt).toEqual({ minimum: 0, maximum: 5 });
    expect(launch).not.toHaveProperty('workers');
  });

  // Guards against rare options in the way of the common ones.
  it('has two folds', () => {
    const names = (advanced: boolean): string[] =>
      Object.keys((foldOf(platform.options, advanced) as any).properties);
    expect(names(false)).toEqual(['threads']);
    expect(names(true)).toEqual(['extra']);
    expect(foldOf({ type: 'object' }, true)).toBeNull();
  });
});

describe('the platform to begin with', () => {
  const local = makePlatform();
  const tallgrass = makePlatform({ name: 'tallgrass', detected: true });
  const hub = makePlatform({ name: 'hub', available: false, detected: true });

  // Guards against a start on the wrong platform at each site.
  it.each([
    ['the one that was recognised', [local, tallgrass], null, 'tallgrass'],
    ['the first that works', [hub, local], null, 'local'],
    ['the one that is wished', [local, tallgrass], 'local', 'local'],
    ['no wished one that cannot work', [hub, local], 'hub', 'local'],
    ['any where none works', [hub], null, 'hub']
  ])('is %s', (_, platforms, wished, name) => {
    expect(preselect(platforms, wished)!.name).toBe(name);
  });

  // Guards against a memory that outweighs what a person wrote down.
  it('prefers what was chosen, then the setting, then the last one', () => {
    const denali = makePlatform({ name: 'denali' });
    const all = [local, tallgrass, denali];
    const name = (...wished: (string | null)[]): string =>
      preselect(all, ...wished)!.name;
    expect(name('local', 'denali', 'tallgrass')).toBe('local');
    expect(name(null, 'denali', 'local')).toBe('denali');
    expect(name(null, '', 'local')).toBe('local');
    expect(name(null, '', null)).toBe('tallgrass');
  });

  // Guards against one memory for all computers with the same home directory.
  it('tells places apart by what is recognised there', () => {
    expect(placeOf([local])).toBe('');
    expect(placeOf([local, tallgrass])).toBe('tallgrass');
    expect(placeOf([tallgrass, local, hub])).toBe('hub tallgrass');
  });
});
