import { Clipboard, Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { codeText } from './template';
import { CodeKind, ICluster, INotebooks } from '../tokens';

/**
 * Insert code; where that cannot be, say why and offer to copy.
 */
export function insertOrOffer(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null,
  trans: TranslationBundle,
  options: Parameters<INotebooks['insert']>[2] = {}
): void {
  const result = notebooks?.insert(cluster, kind, options) ?? {
    inserted: false,
    reason: trans.__('No notebook is open. Open one, or copy the code instead.')
  };
  if (result.inserted) {
    return;
  }
  const code = textOf(cluster, kind, notebooks);
  Notification.warning(result.reason, {
    autoClose: 12000,
    actions:
      code === null
        ? []
        : [
            {
              label: trans.__('Copy code'),
              callback: () => Clipboard.copyToSystem(code)
            }
          ]
  });
}

/**
 * Copy code to the clipboard.
 *
 * @throws Error with a sentence when there is no such code yet
 */
export function copy(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null,
  trans: TranslationBundle
): void {
  const code = textOf(cluster, kind, notebooks);
  if (code === null) {
    throw new Error(
      trans.__(
        'This cluster has no code to connect with yet. Wait until it is running.'
      )
    );
  }
  Clipboard.copyToSystem(code);
  Notification.success(trans.__('Copied the code of %1.', cluster.name), {
    autoClose: 3000
  });
}

/** The text as it would be inserted, also where no notebook can be. */
function textOf(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null
): string | null {
  return notebooks ? notebooks.code(cluster, kind) : codeText(cluster, kind);
}
