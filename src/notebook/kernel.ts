import { NotebookPanel } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';

/**
 * The kernelspec that a notebook runs with, or would run with.
 *
 * @returns null if it has none
 */
export function kernelNameOf(panel: NotebookPanel): string | null {
  const { sessionContext } = panel;
  return (
    sessionContext.session?.kernel?.name ||
    sessionContext.kernelPreference.name ||
    panel.content.model?.defaultKernelName ||
    null
  );
}

/**
 * The language of a notebook in lower case.
 *
 * @param kernelspecs - the kernelspecs of the server
 * @returns null while it is unknown
 */
export function languageOf(
  panel: NotebookPanel,
  kernelspecs: Pick<KernelSpec.IManager, 'specs'>
): string | null {
  const name = kernelNameOf(panel);
  const spec = name ? kernelspecs.specs?.kernelspecs[name] : undefined;
  const language =
    spec?.language || panel.content.model?.defaultKernelLanguage || null;
  return language?.toLowerCase() ?? null;
}
