import { Clipboard } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef } from 'react';
import { IconButton } from '../components/button';

/** Appends highlighted code to an element. */
export type Highlight = (
  text: string,
  language: string,
  host: HTMLElement
) => Promise<void>;

/**
 * Code with a title, and a button to copy it.
 *
 * @param props.highlight - null to leave the code plain
 */
export function Code(props: {
  title: string;
  text: string;
  language: 'python' | 'shell';
  highlight: Highlight | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { highlight, language, text, title, trans } = props;
  const node = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const shown = node.current!;
    shown.textContent = text;
    const host = document.createElement('code');
    void highlight?.(text, language, host).then(
      () => {
        if (shown.textContent === text && host.textContent === text) {
          shown.replaceChildren(host);
        }
      },
      () => undefined // The code stays plain.
    );
  }, [highlight, language, text]);
  return (
    <div className="jp-ClusterLauncher-codeSection">
      <div className="jp-ClusterLauncher-codeHead">
        <h2>{title}</h2>
        <IconButton
          icon={copyIcon}
          action="copy"
          text={trans.__('Copy')}
          label={trans.__('Copy: %1', title)}
          onClick={() => Clipboard.copyToSystem(text)}
        />
      </div>
      <pre
        ref={node}
        className="jp-ClusterLauncher-codeText"
        role="region"
        aria-label={title}
        tabIndex={0}
      />
    </div>
  );
}
