import { Clipboard, Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { CodeKind, ICluster, INotebooks } from '../tokens';
import { noNotebook, notConnectable } from './messages';
import { codeText } from './template';

/**
 * Insert code in a notebook. If that is not possible, notify the user of the
 * reason and offer to copy the code.
 *
 * @param options - see `INotebooks.insert`
 * @returns whether the code was inserted
 */
export function insertOrNotify(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null,
  trans: TranslationBundle,
  options: Parameters<INotebooks['insert']>[2] = {}
): boolean {
  const result = notebooks?.insert(cluster, kind, options) ?? {
    inserted: false,
    reason: noNotebook(trans)
  };
  if (result.inserted) {
    return true;
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
  return false;
}

/**
 * Copy code to the clipboard.
 *
 * @throws Error for the user if there is no such code yet
 */
export function copyCode(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null,
  trans: TranslationBundle
): void {
  const code = textOf(cluster, kind, notebooks);
  if (code === null) {
    throw new Error(notConnectable(trans));
  }
  Clipboard.copyToSystem(code);
  Notification.success(trans.__('Copied the code for %1.', cluster.name), {
    autoClose: 3000
  });
}

/** The code as it would be inserted in a notebook, if there were one. */
function textOf(
  cluster: ICluster,
  kind: CodeKind,
  notebooks: INotebooks | null
): string | null {
  return notebooks ? notebooks.code(cluster, kind) : codeText(cluster, kind);
}
