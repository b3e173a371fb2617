import { useState } from 'react';
import { ISidebarContext } from '../context';
import { useSignal } from '../../components/hooks';

/** The choice that follows the notebook. */
const FOLLOW = '';

/** The environment of the next cluster. */
export interface IKernelChoice {
  /** The kernelspec to use; undefined for the server's default. */
  name: string | undefined;
  choice: string;
  choices: ReadonlyArray<{ value: string; label: string }>;
  choose: (choice: string) => void;
}

/**
 * The environment that workers run in: a kernelspec, the current notebook's
 * unless another was chosen.
 */
export function useKernel(context: ISidebarContext): IKernelChoice {
  const { kernelspecs, notebooks, trans } = context;
  useSignal(notebooks?.changed);
  useSignal(kernelspecs.specsChanged);
  const [choice, choose] = useState(FOLLOW);

  const specs = kernelspecs.specs;
  const python = Object.values(specs?.kernelspecs ?? {}).filter(
    spec => spec?.language.toLowerCase() === 'python'
  );
  const isPython = (name: string | null | undefined): name is string =>
    python.some(spec => spec?.name === name);

  const current = notebooks?.current?.kernelName;
  const followed = [current, specs?.default, python[0]?.name].find(isPython);
  const title =
    python.find(spec => spec?.name === followed)?.display_name ?? followed;
  const follow = isPython(current)
    ? trans.__('As the notebook (%1)', title)
    : trans.__('Default (%1)', title ?? 'Python');
  return {
    name: isPython(choice) ? choice : followed,
    choice: isPython(choice) ? choice : FOLLOW,
    choices: [
      { value: FOLLOW, label: follow },
      ...python.map(spec => ({
        value: spec!.name,
        label: spec!.display_name
      }))
    ],
    choose
  };
}
