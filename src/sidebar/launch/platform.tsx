import { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';
import { TitleWithHint } from '../../components/text';
import { IPlatform } from '../../tokens';

/**
 * A button with the selected platform that expands to the list of all platforms.
 * Platforms that are not available are disabled, and show the reason.
 */
export function PlatformPicker(props: {
  platforms: ReadonlyArray<IPlatform>;
  selected: IPlatform;
  onSelect: (platform: IPlatform) => void;
  trans: TranslationBundle;
}): JSX.Element {
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
        <TitleWithHint
          title={selected.title}
          hint={selected.available ? selected.description : selected.reason}
        />
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
              onClose={close}
            />
          ))}
        </div>
      )}
    </div>
  );
}

/**
 * A platform in the list.
 */
function PlatformItem(props: {
  platform: IPlatform;
  checked: boolean;
  onSelect: () => void;
  onClose: () => void;
}): JSX.Element {
  const { platform, checked, onSelect, onClose } = props;
  const { available, name, title, description, reason } = platform;
  const hint = `jp-ClusterLauncher-hint-${name}`;
  return (
    <label
      className="jp-ClusterLauncher-platform"
      data-available={available}
      data-platform={name}
      // A click closes the list. Arrow keys, which also click, only select.
      onClick={event => {
        if (available && event.detail > 0) {
          onSelect();
          onClose();
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
      <TitleWithHint
        title={title}
        hint={available ? description : reason}
        hintId={hint}
      />
    </label>
  );
}
