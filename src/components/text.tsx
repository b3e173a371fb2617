import React from 'react';

/**
 * A title with a hint below it.
 *
 * @param props.hintId - the id of the hint, to refer to
 */
export function TitleWithHint(props: {
  title: string;
  hint: string | null;
  hintId?: string;
}): JSX.Element {
  return (
    <span className="jp-ClusterLauncher-pickerText">
      <span className="jp-ClusterLauncher-platformTitle">{props.title}</span>
      <span id={props.hintId} className="jp-ClusterLauncher-hint">
        {props.hint}
      </span>
    </span>
  );
}

/**
 * Code in a box that can be scrolled with the keyboard.
 *
 * @param props.label - the name of the box for screen readers
 */
export function CodeBox(props: { label: string; text: string }): JSX.Element {
  return (
    <pre
      className="jp-ClusterLauncher-code"
      role="region"
      aria-label={props.label}
      tabIndex={0}
    >
      {props.text}
    </pre>
  );
}
