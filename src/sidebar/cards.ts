import { ILauncher } from '@jupyterlab/launcher';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  DisposableDelegate,
  DisposableSet,
  IDisposable
} from '@lumino/disposable';
import { CommandIDs } from '../commands/ids';
import { LaunchModel } from './launch/model';

/**
 * Keep a card in the launcher for each platform that can be used here, which
 * opens the form with it selected; one for the form while none is known.
 *
 * @returns removes the cards
 */
export function addCards(
  launcher: ILauncher,
  model: LaunchModel,
  trans: TranslationBundle
): IDisposable {
  let cards = new DisposableSet();
  let shown: string | null = null;
  const update = (): void => {
    const platforms = (model.queries.platforms.value ?? []).filter(
      ({ available, launches, likely }) => available && launches && likely
    );
    const wanted = platforms.map(({ name, title }) => ({
      platform: name,
      title
    }));
    if (JSON.stringify(wanted) === shown) {
      return;
    }
    shown = JSON.stringify(wanted);
    cards.dispose();
    cards = new DisposableSet();
    for (const [rank, args] of (wanted.length ? wanted : [{}]).entries()) {
      cards.add(
        launcher.add({
          command: CommandIDs.open,
          args: { ...args, isLauncher: true },
          category: trans.__('Dask Cluster'),
          rank
        })
      );
    }
  };
  model.changed.connect(update);
  update();
  return new DisposableDelegate(() => {
    model.changed.disconnect(update);
    cards.dispose();
  });
}
