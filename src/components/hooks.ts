import { ISignal } from '@lumino/signaling';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

/** Milliseconds between updates of a text with seconds. */
export const EVERY_SECOND = 1_000;

/** Milliseconds between updates of a text with minutes. */
export const EVERY_QUARTER_MINUTE = 15_000;

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
 * Read a value that may change with a signal. Renders again only if it changed.
 *
 * @param read - must return the same value while nothing has changed
 */
export function useSignalValue<T, U, V>(
  signal: ISignal<T, U> | undefined,
  read: () => V
): V {
  const subscribe = useCallback(
    (listener: () => void) => {
      signal?.connect(listener);
      return () => {
        signal?.disconnect(listener);
      };
    },
    [signal]
  );
  return useSyncExternalStore(subscribe, read);
}

/**
 * The current time, updated at an interval.
 *
 * @param interval - milliseconds; null to stop updating
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
