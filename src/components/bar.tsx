import React from 'react';

/**
 * A bar that is filled in part.
 *
 * @param props.value - the filled part; values outside of 0 to `maximum` are cut
 * @param props.failed - a part in another colour after it
 * @param props.text - the value as screen readers announce it
 */
export function Bar(props: {
  role: 'meter' | 'progressbar';
  label: string;
  value: number;
  failed?: number;
  maximum: number;
  text: string;
}): JSX.Element {
  const { label, maximum, role, text } = props;
  const value = Math.min(Math.max(props.value, 0), maximum);
  return (
    <div
      className="jp-ClusterLauncher-bar"
      role={role}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={maximum}
      aria-valuenow={Math.round(value)}
      aria-valuetext={text}
    >
      <div style={{ width: `${(100 * value) / maximum}%` }} />
      {!!props.failed && (
        <div
          className="jp-ClusterLauncher-failedPart"
          style={{ width: `${(100 * props.failed) / maximum}%` }}
        />
      )}
    </div>
  );
}
