import { TranslationBundle } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

/**
 * A small button with text. Other attributes are passed on.
 *
 * @param props.busy - whether what it does is going on: it does nothing then, and
 *   keeps the focus, which a disabled button would lose
 */
export function TextButton({
  busy = false,
  onClick,
  ...rest
}: React.ButtonHTMLAttributes<HTMLButtonElement> & {
  busy?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-mod-styled jp-mod-minimal"
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
      {...rest}
    />
  );
}

/**
 * The name of a control that several things have, each their own: what is visible
 * first, for users who speak it, and then of what it is.
 *
 * @param of - what it is about, from the smallest part on
 */
export function nameFor(
  text: string,
  of: readonly string[],
  trans: TranslationBundle
): string {
  return trans.__('%1: %2', text, of.join(', '));
}

/**
 * A button with an icon and, if there is room, a text.
 */
export function IconButton(props: {
  icon: LabIcon;
  /** The tooltip, and the name for screen readers. */
  label: string;
  /** Identifies the button in tests and style sheets. */
  action?: string;
  /** The visible text. */
  text?: string;
  disabled?: boolean;
  /** Whether the button opens a menu. */
  menu?: boolean;
  /** Whether what the button shows and hides is shown. */
  expanded?: boolean;
  onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-ClusterLauncher-action"
      data-action={props.action}
      title={props.label}
      aria-label={props.label}
      aria-haspopup={props.menu ? 'menu' : undefined}
      aria-expanded={props.expanded}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" />
      {props.text && (
        <span className="jp-ClusterLauncher-actionText">{props.text}</span>
      )}
    </button>
  );
}
