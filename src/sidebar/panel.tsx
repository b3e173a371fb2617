import { ReactWidget } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { clusterIcon } from '../icons';
import { IPlatform } from '../tokens';
import { Announcer } from './announcer';
import { ISidebarContext } from './context';
import { useKernel } from './launch/environment';
import { SelectField } from '../components/fields';
import { useAnswer, useRead } from '../components/hooks';
import { LaunchForm } from './launch/form';
import { ClusterList } from './list/list';
import { Pending } from '../components/loading';

/** What enables the server half; not a sentence, so not translated. */
const ENABLE = 'jupyter server extension enable jupyter_cluster_launcher';

/** The same each time, so that nothing is drawn again for it. */
const NONE: ReadonlyArray<IPlatform> = [];

/**
 * The sidebar: the form that starts a cluster, and the clusters below it.
 */
export class ClusterPanel extends ReactWidget {
  constructor(private _context: ISidebarContext) {
    super();
    const { trans } = this._context;
    this.id = 'jp-cluster-launcher';
    this.addClass('jp-ClusterLauncher');
    this.title.icon = clusterIcon;
    this.title.caption = trans.__('Dask Clusters');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Dask Clusters'));
  }

  render(): JSX.Element {
    return <Sidebar context={this._context} />;
  }

  /**
   * Give the focus to the first control of the form, where it is there yet.
   */
  protected onActivateRequest(): void {
    this.node.tabIndex = -1;
    const first = this.node.querySelector<HTMLElement>('form button');
    (first ?? this.node).focus();
  }
}

/**
 * What the sidebar shows: a message while there is nothing else to show.
 */
export function Sidebar(props: { context: ISidebarContext }): JSX.Element {
  const { context } = props;
  const { clusters, trans } = context;
  const status = useRead(clusters.changed, () => clusters.status);
  const problem = useRead(clusters.changed, () => clusters.problem);
  const kernel = useKernel(context);
  const [attempt, setAttempt] = useState(0);
  const working = status === 'ready';
  const platforms = useAnswer(
    working ? () => clusters.platforms(kernel.name) : null,
    `${kernel.name} ${attempt}`,
    { keep: true }
  );

  // Told beside what was known before, too: that may no longer be true.
  const trouble = status === 'unreachable' ? problem : platforms.error;

  const retry = (): void => {
    setAttempt(attempt + 1);
    void clusters.refresh();
  };
  let top: JSX.Element;
  if (status === 'missing') {
    top = <Missing context={context} onRetry={retry} />;
  } else if (platforms.value !== null) {
    top = (
      <LaunchForm
        context={context}
        platforms={platforms.value}
        kernel={kernel}
      />
    );
  } else if (trouble) {
    // Another environment may be the way out, so it can be chosen here too.
    top = (
      <div className="jp-ClusterLauncher-launch">
        <SelectField
          label={trans.__('Environment')}
          value={kernel.choice}
          choices={kernel.choices}
          onChange={kernel.choose}
        />
      </div>
    );
  } else {
    top = <Pending text={trans.__('Looking for platforms…')} />;
  }
  return (
    <>
      <header className="jp-ClusterLauncher-title">
        <h2>{trans.__('Dask Clusters')}</h2>
      </header>
      <div className="jp-ClusterLauncher-content">
        {status !== 'missing' && trouble && (
          <Problem
            text={trouble}
            onRetry={retry}
            retry={trans.__('Try again')}
          />
        )}
        {top}
        {status !== 'missing' && (
          <ClusterList context={context} platforms={platforms.value ?? NONE} />
        )}
      </div>
      <Announcer context={context} />
    </>
  );
}

/**
 * The server half is not there: what to type.
 */
function Missing(props: {
  context: ISidebarContext;
  onRetry: () => void;
}): JSX.Element {
  const { trans } = props.context;
  return (
    <div role="alert" className="jp-ClusterLauncher-problem">
      <p>
        {trans.__(
          'The server half of this extension is not installed or not enabled. Type this in a terminal, then restart Jupyter:'
        )}
      </p>
      <pre className="jp-ClusterLauncher-code" tabIndex={0}>
        {ENABLE}
      </pre>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={props.onRetry}
      >
        {trans.__('Try again')}
      </button>
    </div>
  );
}

/**
 * Something did not work.
 */
function Problem(props: {
  text: string;
  retry: string;
  onRetry: () => void;
}): JSX.Element {
  return (
    <div role="alert" className="jp-ClusterLauncher-problem">
      <p>{props.text}</p>
      <button
        type="button"
        className="jp-mod-styled jp-mod-minimal"
        onClick={props.onRetry}
      >
        {props.retry}
      </button>
    </div>
  );
}
