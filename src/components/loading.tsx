import React from 'react';

/**
 * Something is awaited that may take a while: what, beside a sign that moves.
 */
export function Pending(props: { text: string }): JSX.Element {
  return (
    <p role="status" className="jp-ClusterLauncher-pending">
      {props.text}
    </p>
  );
}
