import {
  MutableRefObject,
  RefObject,
  useEffect,
  useLayoutEffect,
  useRef
} from 'react';
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
 * Keep the focus in the form when what has it goes or is disabled, such as when a
 * launch ends: on the button that launches if it was there, which is another one then,
 * else on a button that was near, else on the first one.
 */
export function useFocusKept(
  form: RefObject<HTMLFormElement>,
  { preparation }: LaunchModel
): void {
  const pointed = usePointed();
  // What this render may remove, and what it is in: afterwards, it does not tell.
  const focused = form.current?.contains(document.activeElement)
    ? document.activeElement
    : null;
  const around = ancestors(focused);
  useLayoutEffect(() => {
    if (!focused || (focused.isConnected && !focused.matches(':disabled'))) {
      return;
    }
    const active = document.activeElement ?? document.body;
    if (active !== document.body && active !== focused) {
      return; // It has moved already.
    }
    const first = 'button:enabled';
    const launch = form.current?.querySelector<HTMLElement>(
      '[type="submit"]:enabled'
    );
    const near = around
      .filter(node => node.isConnected)
      .map(node => node.querySelector<HTMLElement>(first))
      .find(button => button !== null);
    const next = focused.matches('[type="submit"]')
      ? (launch ?? form.current?.querySelector<HTMLElement>(first))
      : near;
    // Not away from what is below the pointer.
    const preventScroll = pointed.current;
    preparation.ignore(() => next?.focus({ preventScroll }));
  });
}

/** What an element is in, from the inside. */
function ancestors(node: Element | null): Element[] {
  const parent = node?.parentElement ?? null;
  return parent ? [parent, ...ancestors(parent)] : [];
}

/** Whether the user has last used the pointer, as opposed to the keyboard. */
function usePointed(): MutableRefObject<boolean> {
  const pointed = useRef(false);
  useEffect(() => {
    const note = ({ type }: Event): void => {
      pointed.current = type === 'pointerdown';
    };
    document.addEventListener('pointerdown', note, true);
    document.addEventListener('keydown', note, true);
    return () => {
      document.removeEventListener('pointerdown', note, true);
      document.removeEventListener('keydown', note, true);
    };
  }, []);
  return pointed;
}
