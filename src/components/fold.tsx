import React, { useEffect, useState } from 'react';

/**
 * A section that can be expanded. The native element supports the keyboard and
 * screen readers. The content is rendered only while it is expanded.
 */
export function Fold(props: {
  label: string;
  /** The name for screen readers, if several sections have this label. */
  fullLabel?: string;
  /** Identifies the section in tests. */
  name: string;
  /** Whether it is expanded at first, and whenever this becomes true. */
  isOpen?: boolean;
  onToggle?: (open: boolean) => void;
  children: React.ReactNode;
}): JSX.Element {
  const [open, setOpen] = useState(!!props.isOpen);
  useEffect(() => {
    if (props.isOpen) {
      setOpen(true);
    }
  }, [props.isOpen]);
  return (
    <details
      className="jp-ClusterLauncher-fold"
      data-fold={props.name}
      open={open}
      onToggle={event => {
        setOpen(event.currentTarget.open);
        props.onToggle?.(event.currentTarget.open);
      }}
    >
      <summary aria-label={props.fullLabel}>{props.label}</summary>
      {open && (
        <div className="jp-ClusterLauncher-folded">{props.children}</div>
      )}
    </details>
  );
}
