import React from 'react';

/**
 * A spinner, and what is being loaded.
 */
export function Loading(props: { text: string }): JSX.Element {
  return (
    <p role="status" className="jp-ClusterLauncher-pending">
      {props.text}
    </p>
  );
}
