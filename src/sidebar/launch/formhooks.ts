import { RefObject, useLayoutEffect } from 'react';
import { LaunchModel } from './model';

/**
 * Scroll to what belongs to the line of the form, which alone stays in sight while
 * the clusters are scrolled: the fields when they are expanded, and why a launch was
 * refused. Beside the fields, that is in sight already.
 */
export function useInSight(
  form: RefObject<HTMLFormElement>,
  isOpen: boolean,
  error: string | null
): void {
  const scroll = (): void => {
    if (form.current?.parentElement) {
      form.current.parentElement.scrollTop = 0;
    }
  };
  useLayoutEffect(() => {
    if (isOpen) {
      scroll();
    }
  }, [isOpen]);
  useLayoutEffect(() => {
    if (error && !isOpen) {
      scroll();
    }
  }, [error]);
}

/**
 * Keep the focus in the form when a launch ends, or the form is expanded or collapsed,
 * and what has the focus goes or is disabled: on the button that launches if it was
 * there, which is another one then, else on the first button.
 */
export function useFocusAfterLaunch(
  form: RefObject<HTMLFormElement>,
  { fold, preparation, submission }: LaunchModel
): void {
  // What this render may remove.
  const focused = form.current?.contains(document.activeElement)
    ? document.activeElement
    : null;
  useLayoutEffect(() => {
    if (!focused || (focused.isConnected && !focused.matches(':disabled'))) {
      return;
    }
    const launch = focused.matches('[type="submit"]')
      ? form.current?.querySelector<HTMLElement>('[type="submit"]:enabled')
      : null;
    const next = launch ?? form.current?.querySelector<HTMLElement>('button');
    preparation.ignore(() => next?.focus());
  }, [fold.isOpen, submission.busy]);
}
