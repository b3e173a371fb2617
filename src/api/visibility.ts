import { DisposableDelegate, IDisposable } from '@lumino/disposable';
import { IClusters } from '../tokens';

/**
 * Fetch the list of clusters whenever the page becomes visible: it is not polled
 * while the page is hidden.
 *
 * @returns a disposable that stops this
 */
export function refreshWhenVisible(clusters: IClusters): IDisposable {
  const onVisibilityChange = (): void => {
    if (!document.hidden) {
      void clusters.refresh();
    }
  };
  document.addEventListener('visibilitychange', onVisibilityChange);
  return new DisposableDelegate(() =>
    document.removeEventListener('visibilitychange', onVisibilityChange)
  );
}
