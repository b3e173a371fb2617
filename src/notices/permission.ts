import { Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { IPreferences } from '../settings/preferences';

/**
 * Ask for the permission to show notifications of the browser when the user turns
 * them on. Browsers allow that only in response to a click.
 */
export function askForPermission(
  preferences: Pick<IPreferences, 'browserNotifications' | 'changed'>,
  trans: TranslationBundle
): void {
  let wasOn = preferences.browserNotifications;
  preferences.changed.connect(() => {
    const isOn = preferences.browserNotifications;
    if (isOn && !wasOn) {
      ask(trans);
    }
    wasOn = isOn;
  });
}

/** Ask once, if the user has not decided before. */
function ask(trans: TranslationBundle): void {
  const { Notification: BrowserNotification } = window;
  const blocked = trans.__(
    'Your browser blocks notifications of this site. Allow them in the settings of the browser.'
  );
  if (!BrowserNotification || BrowserNotification.permission === 'denied') {
    Notification.warning(blocked, { autoClose: 12_000 });
  } else if (BrowserNotification.permission === 'default') {
    Notification.info(
      trans.__('Your browser has to allow notifications of this site.'),
      {
        autoClose: false,
        actions: [
          {
            label: trans.__('Allow…'),
            callback: async () => {
              const answer = await BrowserNotification.requestPermission();
              if (answer === 'denied') {
                Notification.warning(blocked, { autoClose: 12_000 });
              }
            }
          }
        ]
      }
    );
  }
}
