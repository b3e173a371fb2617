import { Notification } from '@jupyterlab/apputils';

/** A notice about a cluster. */
export interface INotice {
  /** The sentence. */
  message: string;
  /** How it looks. */
  type: 'success' | 'warning' | 'error';
  /** The buttons. */
  actions: { label: string; run: () => unknown }[];
}

/**
 * Show a notice in the page, and in the browser's own way while the page is
 * hidden.
 *
 * @param inBrowser - whether the user wants the browser's notifications
 * @returns the id of the notification in the page
 */
export function showNotice(notice: INotice, inBrowser: boolean): string {
  const { actions, message, type } = notice;
  if (inBrowser && document.hidden) {
    showInBrowser(message);
  }
  return Notification.emit(message, type, {
    // What is missed while the page is hidden would be missed for good.
    autoClose: type === 'success' && !document.hidden ? 15_000 : false,
    actions: actions.map(({ label, run }) => ({
      label,
      callback: () => void run()
    }))
  });
}

/** Show a notification of the browser, which leads to this page. */
function showInBrowser(message: string): void {
  const { Notification: BrowserNotification } = window;
  if (BrowserNotification?.permission !== 'granted') {
    return;
  }
  try {
    const shown = new BrowserNotification('Dask', { body: message });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Some browsers on phones only have those of service workers.
  }
}
