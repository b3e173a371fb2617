import { ISignal } from '@lumino/signaling';
import {
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore
} from 'react';

/** Milliseconds between two looks at the clock, while something is awaited. */
export const FAST = 1_000;

/** The same, often enough for text in minutes. */
export const SLOW = 15_000;

/**
 * Render again when a signal is emitted.
 */
export function useSignal<T, U>(signal: ISignal<T, U> | undefined): void {
  const [, setCount] = useState(0);
  useEffect(() => {
    if (!signal) {
      return;
    }
    const slot = (): void => setCount(count => count + 1);
    signal.connect(slot);
    return () => {
      signal.disconnect(slot);
    };
  }, [signal]);
}

/**
 * Something that may change with a signal. Renders again only when it did.
 *
 * @param read - must return the same while nothing has changed
 */
export function useRead<T, U, V>(signal: ISignal<T, U>, read: () => V): V {
  const subscribe = useCallback(
    (listener: () => void) => {
      signal.connect(listener);
      return () => {
        signal.disconnect(listener);
      };
    },
    [signal]
  );
  return useSyncExternalStore(subscribe, read);
}

/**
 * The time, renewed at an interval.
 *
 * @param interval - milliseconds; null stops the clock
 * @returns milliseconds since the epoch
 */
export function useNow(interval: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (interval === null) {
      return;
    }
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), interval);
    return () => window.clearInterval(timer);
  }, [interval]);
  return now;
}

/** What an asynchronous question has brought so far. */
export interface IAnswer<T> {
  value: T | null;
  error: string | null;
  pending: boolean;
}

/**
 * Ask a question again whenever what it depends on changes. Late answers to an
 * earlier question are dropped.
 *
 * @param ask - the question; null asks nothing
 * @param key - names what the question depends on
 * @param options - `delay`: milliseconds to wait for further changes; `keep`:
 *   go on showing the last answer until there is a new one, beside an error,
 *   and while nothing is asked
 */
export function useAnswer<T>(
  ask: (() => Promise<T>) | null,
  key: string,
  options: { delay?: number; keep?: boolean } = {}
): IAnswer<T> {
  const { delay = 0, keep = false } = options;
  const [answer, setAnswer] = useState<IAnswer<T> & { key: string }>({
    value: null,
    error: null,
    pending: true,
    key
  });
  const current = useRef(ask);
  current.current = ask;
  const idle = ask === null;
  useEffect(() => {
    if (idle) {
      return;
    }
    let stale = false;
    const settle = (value: T | null, error: string | null): void => {
      if (!stale) {
        setAnswer(last => ({
          value: error !== null && keep ? last.value : value,
          error,
          pending: false,
          key
        }));
      }
    };
    setAnswer(last => ({ ...last, pending: true }));
    const timer = window.setTimeout(() => {
      current.current!().then(
        value => settle(value, null),
        (error: Error) => settle(null, error.message)
      );
    }, delay);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [key, delay, keep, idle]);
  if (idle) {
    return { value: keep ? answer.value : null, error: null, pending: false };
  }
  if (!keep && answer.key !== key) {
    return { value: null, error: null, pending: true };
  }
  return answer;
}
