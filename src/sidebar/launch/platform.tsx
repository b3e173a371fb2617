import { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';
import { TextButton } from '../../components/button';
import { TitleWithHint } from '../../components/text';
import { IPlatform } from '../../tokens';
import { Reason } from './fields/reason';

/**
 * A button with the selected platform that expands to the list of the platforms
 * that can be meant here, and on demand of all. Those that are not available are
 * disabled, and show the reason.
 */
export function PlatformPicker(props: {
  platforms: ReadonlyArray<IPlatform>;
  selected: IPlatform;
  retrying: boolean;
  onRetry: () => void;
  onSelect: (platform: IPlatform) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { platforms, selected, onSelect, trans } = props;
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (open) {
      // A platform that is not available cannot have the focus.
      const checked = 'input:checked:enabled';
      (
        list.current?.querySelector<HTMLElement>(checked) ?? list.current
      )?.focus();
    }
  }, [open]);

  const close = (): void => {
    setOpen(false);
    setAll(false);
    button.current?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const isRadio = event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' || (event.key === 'Enter' && isRadio)) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  const likely = platforms.filter(
    ({ likely, name }) => likely || name === selected.name
  );
  const shown = all ? platforms : likely;
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
        <TitleWithHint title={selected.title} hint={selected.description} />
        <caret.react tag="span" />
      </button>
      {!open && !selected.available && (
        <Reason {...props} platform={selected} />
      )}
      {open && (
        <div
          ref={list}
          tabIndex={-1}
          role="radiogroup"
          aria-label={trans.__('Platform')}
          className="jp-ClusterLauncher-platforms"
          onKeyDown={onKeyDown}
        >
          {shown.map(platform => (
            <PlatformItem
              key={platform.name}
              platform={platform}
              checked={platform.name === selected.name}
              onSelect={() => onSelect(platform)}
              onClose={close}
              trans={trans}
            />
          ))}
          {shown.length < platforms.length && (
            <TextButton
              onClick={() => {
                setAll(true);
                list.current?.focus();
              }}
            >
              {trans.__('Show all (%1)', platforms.length)}
            </TextButton>
          )}
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
  trans: TranslationBundle;
}): JSX.Element {
  const { platform, checked, onSelect, onClose, trans } = props;
  const { available, name, title, description } = platform;
  const hint = `jp-ClusterLauncher-hint-${name}`;
  return (
    <div
      className="jp-ClusterLauncher-platform"
      data-available={available}
      data-platform={name}
    >
      <label
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
          hint={description}
          hintId={available ? hint : undefined}
        />
      </label>
      {!available && <Reason id={hint} platform={platform} trans={trans} />}
    </div>
  );
}
