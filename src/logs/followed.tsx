import React, { useEffect, useRef } from 'react';
import { IBlock } from './text';

/** By level, the class of a block of lines. */
const CLASSES = [
  undefined,
  'jp-ClusterLauncher-logWarning',
  'jp-ClusterLauncher-logError'
];

/**
 * Text that stays scrolled to its end as it grows, unless the user scrolls up or
 * looks at a match.
 *
 * @param props.match - the number of the match to show; -1 for none
 * @param props.placeholder - the text where there are no blocks
 * @param props.view - changes with what the user looks for and leaves out: the match
 *   of the same number is elsewhere then
 */
export function FollowedText(props: {
  blocks: readonly IBlock[];
  isWrapped: boolean;
  label: string;
  match: number;
  placeholder: string;
  view: string;
}): JSX.Element {
  const { blocks, isWrapped, label, match, placeholder, view } = props;
  const node = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (node.current && atEnd.current && match < 0) {
      node.current.scrollTop = node.current.scrollHeight;
    }
  }, [blocks, match]);
  useEffect(() => {
    node.current
      ?.querySelector('[aria-current]')
      ?.scrollIntoView?.({ block: 'nearest' });
  }, [isWrapped, match, view]);
  return (
    <pre
      ref={node}
      className={
        'jp-ClusterLauncher-logText' +
        (isWrapped ? ' jp-ClusterLauncher-mod-wrapped' : '')
      }
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      onScroll={event => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < 4;
      }}
    >
      {blocks.length === 0
        ? placeholder
        : blocks.map(({ level, parts }, index) => (
            <span key={index} className={CLASSES[level]}>
              {parts.map((part, number) =>
                part.match === undefined ? (
                  part.text
                ) : (
                  <mark
                    key={number}
                    aria-current={part.match === match || undefined}
                  >
                    {part.text}
                  </mark>
                )
              )}
            </span>
          ))}
    </pre>
  );
}
