import { useEffect } from 'react';
import { ROW_CLASS } from '../../commands/pick';

/** What can have the focus in a row. */
const FOCUSABLE = 'button, input, select, summary';

/**
 * Keep the focus in the sidebar when what has it in the list is removed or
 * disabled, such as a form that closes, or a row. The browser would lose it, and
 * users of the keyboard would begin at the top of the page.
 *
 * The focus moves to the button that opened a form, the `data-action` of which is
 * the `data-opener` of the form; else to what is near in the row; else to the next
 * row, or the one before; else to the first button of the sidebar.
 *
 * @param list - the element with the rows; null while it is unknown
 */
export function useRowFocus(list: Element | null): void {
  useEffect(() => {
    const keeper = list && new FocusKeeper(list);
    return () => keeper?.dispose();
  }, [list]);
}

/** Watches where the focus is in a list, and moves it from what goes away. */
class FocusKeeper {
  constructor(private _list: Element) {
    this._list.addEventListener('focusin', this._onFocus);
    this._list.addEventListener('focusout', this._onBlur);
    this._list.addEventListener('pointerdown', this._onPointer);
    this._list.addEventListener('keydown', this._onKey);
    this._observer.observe(this._list, {
      attributeFilter: ['disabled'],
      childList: true,
      subtree: true
    });
  }

  /** Stop watching. */
  dispose(): void {
    this._observer.disconnect();
    this._list.removeEventListener('focusin', this._onFocus);
    this._list.removeEventListener('focusout', this._onBlur);
    this._list.removeEventListener('pointerdown', this._onPointer);
    this._list.removeEventListener('keydown', this._onKey);
  }

  private _onFocus = ({ target }: Event): void => {
    this._last = placeOf(target as HTMLElement, this._list);
  };

  /** Forget what the user has left. */
  private _onBlur = async (event: Event): Promise<void> => {
    if ((event as FocusEvent).relatedTarget) {
      this._last = null; // It may be set again at once, to the next in the list.
      return;
    }
    const left = this._last;
    // Some browsers also emit this just before they remove the element.
    await Promise.resolve();
    const stays = left && canFocus(left.node);
    if (stays && left === this._last && document.activeElement !== left.node) {
      this._last = null;
    }
  };

  private _onMutation = (): void => {
    const last = this._last;
    if (!last || canFocus(last.node)) {
      return;
    }
    this._last = null;
    const active = document.activeElement ?? document.body;
    if (active === document.body || active === last.node) {
      // Not away from what is below the pointer.
      const preventScroll = this._hasPointer;
      candidates(last, this._list).find(canFocus)?.focus({ preventScroll });
    }
  };

  private _onPointer = (): void => {
    this._hasPointer = true;
  };

  private _onKey = (): void => {
    this._hasPointer = false;
  };

  private _hasPointer = false;
  private _observer = new MutationObserver(this._onMutation);
  private _last: IPlace | null = null;
}

/** Where the focus is: afterwards, a removed element does not tell. */
interface IPlace {
  /** What has the focus. */
  node: HTMLElement;
  /** The action of the button that opened the form; null outside of a form. */
  opener: string | null;
  /** What else the row had, the nearest after it first, then before it. */
  near: HTMLElement[];
  /** The row. */
  row: Element | null;
  /** The other rows: the next ones, then those before, the nearest first. */
  rows: Element[];
}

/** Describe the place of what has the focus. */
function placeOf(node: HTMLElement, list: Element): IPlace {
  const row = node.closest(`.${ROW_CLASS}`);
  const form = node.closest<HTMLElement>('[data-opener]');
  return {
    ...{ node, row },
    opener: form?.dataset.opener ?? null,
    near: row ? around(node, controls(row)) : [],
    rows: row ? around(row, [...list.querySelectorAll(`.${ROW_CLASS}`)]) : []
  };
}

/** The nodes that follow a node, then those before it, the nearest first. */
function around<T extends Node>(node: Node, nodes: readonly T[]): T[] {
  const follows = (other: T): boolean =>
    !!(node.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  const others = nodes.filter(other => other !== node);
  return [
    ...others.filter(follows),
    ...others.filter(other => !follows(other)).reverse()
  ];
}

/** What may have the focus instead, the best first. */
function candidates(
  { near, opener, row, rows }: IPlace,
  list: Element
): HTMLElement[] {
  const sidebar = list.closest('.jp-ClusterLauncher-content')?.parentElement;
  const own = row ? controls(row) : [];
  return [
    ...own.filter(({ dataset }) => opener && dataset.action === opener),
    ...near,
    ...own,
    ...rows.flatMap(controls),
    ...(sidebar ? controls(sidebar) : [])
  ];
}

/** What can have the focus in a part of the sidebar. */
function controls(part: Element): HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>(FOCUSABLE)];
}

/** Whether a control is still there, and enabled. */
function canFocus(node: HTMLElement): boolean {
  return node.isConnected && !node.matches(':disabled');
}
