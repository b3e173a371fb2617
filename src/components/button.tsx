import { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

/**
 * A small button with text. Other attributes are passed on.
 */
export function TextButton(
  props: React.ButtonHTMLAttributes<HTMLButtonElement>
): JSX.Element {
  return (
    <button type="button" className="jp-mod-styled jp-mod-minimal" {...props} />
  );
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
