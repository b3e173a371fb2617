import { KernelSpec } from '@jupyterlab/services';
import { isConsole, Target } from './target';

/**
 * The kernelspec that a notebook or console runs with, or would run with.
 *
 * @returns null if it has none
 */
export function kernelNameOf(panel: Target): string | null {
  const { sessionContext } = panel;
  return (
    sessionContext.session?.kernel?.name ||
    sessionContext.kernelPreference.name ||
    (isConsole(panel) ? null : panel.content.model?.defaultKernelName) ||
    null
  );
}

/**
 * The language of a notebook or console in lower case.
 *
 * @param kernelspecs - the kernelspecs of the server
 * @returns null while it is unknown
 */
export function languageOf(
  panel: Target,
  kernelspecs: Pick<KernelSpec.IManager, 'specs'>
): string | null {
  const name = kernelNameOf(panel);
  const spec = name ? kernelspecs.specs?.kernelspecs[name] : undefined;
  const language =
    spec?.language ||
    (isConsole(panel) ? null : panel.content.model?.defaultKernelLanguage) ||
    null;
  return language?.toLowerCase() ?? null;
}
