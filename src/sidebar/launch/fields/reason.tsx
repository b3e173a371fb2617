import { Clipboard } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { IconButton, TextButton } from '../../../components/button';
import { IPlatform } from '../../../tokens';

/**
 * Why a platform is not available, and the command that installs what is missing
 * with a button to copy it.
 *
 * @param props.id - the id of the reason, to refer to
 * @param props.onRetry - looks for what is missing again; without it, there is no
 *   button
 * @param props.retrying - whether that is going on
 */
export function Reason(props: {
  platform: IPlatform;
  id?: string;
  onRetry?: () => void;
  retrying?: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { id, onRetry, platform, retrying, trans } = props;
  const { command, reason } = platform;
  const text =
    command && reason?.endsWith(command)
      ? reason.slice(0, -command.length).trim()
      : reason;
  return (
    <div className="jp-ClusterLauncher-reason">
      <p id={id}>{text}</p>
      {command && (
        <div className="jp-ClusterLauncher-command">
          <code>{command}</code>
          <IconButton
            icon={copyIcon}
            action="copy-command"
            label={trans.__('Copy the command for %1', platform.title)}
            onClick={() => Clipboard.copyToSystem(command)}
          />
        </div>
      )}
      {onRetry && (
        <TextButton busy={retrying} onClick={onRetry}>
          {trans.__('Try again')}
        </TextButton>
      )}
    </div>
  );
}
