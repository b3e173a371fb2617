import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { IWorker } from '../tokens';

/**
 * Confirm what a restart of a worker costs; true if it costs nothing.
 */
export async function confirmRestart(
  worker: IWorker,
  trans: TranslationBundle
): Promise<boolean> {
  const costs: string[] = [];
  if (worker.tasks > 0) {
    costs.push(
      trans._n(
        'The task that it runs starts again.',
        'The %1 tasks that it runs start again.',
        worker.tasks
      )
    );
  }
  if (worker.results > 0) {
    costs.push(
      trans._n(
        'The result that it holds is computed again.',
        'The %1 results that it holds are computed again.',
        worker.results
      ),
      trans.__('Data that was scattered to it is lost.')
    );
  }
  if (costs.length === 0) {
    return true;
  }
  const { button } = await showDialog({
    title: trans.__('Restart worker %1?', worker.name),
    body: costs.join(' '),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Restart') })
    ]
  });
  return button.accept;
}
