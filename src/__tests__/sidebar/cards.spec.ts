import { ILauncher } from '@jupyterlab/launcher';
import { Signal } from '@lumino/signaling';
import { addCards } from '../../sidebar/cards';
import { LaunchModel } from '../../sidebar/launch/model';
import { IPlatform } from '../../tokens';
import { makePlatform, trans } from '../fakes';

/** A launcher that lists the titles of its cards. */
class FakeLauncher {
  readonly items: ILauncher.IItemOptions[] = [];

  add(item: ILauncher.IItemOptions): { dispose: () => void } {
    this.items.push(item);
    return {
      dispose: () => void this.items.splice(this.items.indexOf(item), 1)
    };
  }

  get titles(): unknown[] {
    return this.items.map(({ args }) => args!.title ?? null);
  }
}

describe('the cards of the launcher', () => {
  // Guards against cards for platforms that cannot be used, or that went.
  it('are one for each platform that can be used', () => {
    const launcher = new FakeLauncher();
    const model = {
      queries: { platforms: { value: null as IPlatform[] | null } },
      changed: new Signal<object, void>({})
    };
    const cards = addCards(
      launcher as unknown as ILauncher,
      model as unknown as LaunchModel,
      trans
    );
    expect(launcher.titles).toEqual([null]);
    model.queries.platforms.value = [
      makePlatform(),
      makePlatform({ name: 'slurm', title: 'SLURM' }),
      makePlatform({ name: 'pbs', available: false }),
      makePlatform({ name: 'denali', likely: false }),
      makePlatform({ name: 'running', launches: false })
    ];
    model.changed.emit();
    expect(launcher.titles).toEqual(['This computer', 'SLURM']);
    expect(launcher.items[1].args!.platform).toBe('slurm');
    const before = [...launcher.items];
    model.changed.emit();
    expect(launcher.items).toEqual(before);
    model.queries.platforms.value = [];
    model.changed.emit();
    expect(launcher.titles).toEqual([null]);
    cards.dispose();
    model.queries.platforms.value = [makePlatform()];
    model.changed.emit();
    expect(launcher.items).toEqual([]);
  });
});
