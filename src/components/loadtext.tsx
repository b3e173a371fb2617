import React from 'react';
import { ILoadText } from '../usage';

/**
 * Short texts in a line, of which those that say what is wrong have a colour.
 */
export function LoadText(props: {
  texts: readonly ILoadText[];
}): JSX.Element | null {
  return props.texts.length > 0 ? (
    <div className="jp-ClusterLauncher-loadText">
      {props.texts.map(({ text, isWrong }, index) => (
        <React.Fragment key={text}>
          {index > 0 && ' · '}
          <span className={isWrong ? 'jp-ClusterLauncher-bad' : undefined}>
            {text}
          </span>
        </React.Fragment>
      ))}
    </div>
  ) : null;
}
