import { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { IconButton } from '../components/button';
import { TextField } from '../components/fields';
import { isComposing } from '../components/keys';

/**
 * A field to find a text, with the number of matches and buttons to move between
 * them, as Enter and Shift Enter do.
 *
 * @param props.position - the number of the current match; -1 for none
 * @param props.onMove - called with 1 for the next match, -1 for the previous one
 */
export function FindField(props: {
  matches: number;
  pattern: string;
  position: number;
  trans: TranslationBundle;
  onFind: (pattern: string) => void;
  onMove: (step: number) => void;
}): JSX.Element {
  const { matches, pattern, position, trans, onFind, onMove } = props;
  return (
    <div
      className="jp-ClusterLauncher-find"
      onKeyDown={event => {
        const isField = event.target instanceof HTMLInputElement;
        const isEnter = event.key === 'Enter' && !isComposing(event);
        if (isEnter && isField && matches > 0) {
          onMove(event.shiftKey ? -1 : 1);
        }
      }}
    >
      <TextField
        label={trans.__('Find')}
        type="search"
        value={pattern}
        onChange={onFind}
      />
      <span role="status" className="jp-ClusterLauncher-hint">
        {pattern &&
          (matches > 0
            ? trans.__('%1 of %2', position + 1, matches)
            : trans.__('none'))}
      </span>
      <IconButton
        icon={caretUpIcon}
        label={trans.__('Previous match')}
        disabled={matches === 0}
        onClick={() => onMove(-1)}
      />
      <IconButton
        icon={caretDownIcon}
        label={trans.__('Next match')}
        disabled={matches === 0}
        onClick={() => onMove(1)}
      />
    </div>
  );
}
