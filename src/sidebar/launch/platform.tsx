import { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';
import { IPlatform } from '../../tokens';

/** What the picker shows and tells. */
export interface IPlatformPickerProps {
  platforms: ReadonlyArray<IPlatform>;
  selected: IPlatform;
  onSelect: (platform: IPlatform) => void;
  trans: TranslationBundle;
}

/**
 * Where to run: the chosen platform, unfolding to all of them. Those that
 * cannot work here are greyed, each with its reason.
 */
export function PlatformPicker(props: IPlatformPickerProps): JSX.Element {
  const { platforms, selected, onSelect, trans } = props;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (open) {
      list.current?.querySelector<HTMLInputElement>('input:checked')?.focus();
    }
  }, [open]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' || event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  const caret = open ? caretUpIcon : caretDownIcon;
  return (
    <div className="jp-ClusterLauncher-picker">
      <button
        ref={button}
        type="button"
        className="jp-ClusterLauncher-pickerButton"
        aria-expanded={open}
        aria-label={trans.__('Platform: %1', selected.title)}
        onClick={() => setOpen(!open)}
      >
        <span className="jp-ClusterLauncher-pickerText">
          <span className="jp-ClusterLauncher-platformTitle">
            {selected.title}
          </span>
          <span className="jp-ClusterLauncher-hint">
            {selected.available ? selected.description : selected.reason}
          </span>
        </span>
        <caret.react tag="span" />
      </button>
      {open && (
        <div
          ref={list}
          role="radiogroup"
          aria-label={trans.__('Platform')}
          className="jp-ClusterLauncher-platforms"
          onKeyDown={onKeyDown}
        >
          {platforms.map(platform => (
            <PlatformItem
              key={platform.name}
              platform={platform}
              checked={platform.name === selected.name}
              onSelect={() => onSelect(platform)}
              onPick={close}
            />
          ))}
        </div>
      )}
    </div>
  );
}

/**
 * One platform to choose.
 */
function PlatformItem(props: {
  platform: IPlatform;
  checked: boolean;
  onSelect: () => void;
  onPick: () => void;
}): JSX.Element {
  const { platform, checked, onSelect, onPick } = props;
  const { available, name, title, description, reason } = platform;
  const hint = `jp-ClusterLauncher-hint-${name}`;
  return (
    <label
      className="jp-ClusterLauncher-platform"
      data-available={available}
      data-platform={name}
      // A click with the pointer is a decision, an arrow key is a look around.
      onClick={event => {
        if (available && event.detail > 0) {
          onSelect();
          onPick();
        }
      }}
    >
      <input
        type="radio"
        name="jp-ClusterLauncher-platform"
        checked={checked}
        disabled={!available}
        aria-describedby={hint}
        onChange={onSelect}
      />
      <span className="jp-ClusterLauncher-pickerText">
        <span className="jp-ClusterLauncher-platformTitle">{title}</span>
        <span id={hint} className="jp-ClusterLauncher-hint">
          {available ? description : reason}
        </span>
      </span>
    </label>
  );
}
