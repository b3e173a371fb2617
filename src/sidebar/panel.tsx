import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef } from 'react';
import { ROW_CLASS } from '../commands/pick';
import { RetryAlert } from '../components/alert';
import { useSignalValue } from '../components/hooks';
import { Loading } from '../components/loading';
import { clusterIcon } from '../icons';
import { IPlatform } from '../tokens';
import { Announcer } from './announcer';
import { Arrival } from './arrival';
import { ISidebarContext } from './context';
import { EnvironmentField } from './launch/fields/environment';
import { LaunchForm } from './launch/form';
import { ClusterList } from './list/list';
import { Toolbar } from './toolbar';

/** The command that enables the server extension; it is not translated. */
const ENABLE = 'jupyter server extension enable jupyter_cluster_launcher';

/** Always the same array, so that it does not render the list again. */
const NO_PLATFORMS: ReadonlyArray<IPlatform> = [];

/**
 * The sidebar: a toolbar, the launch form or a line of it, and the clusters.
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

  /** Render the sidebar. */
  render(): JSX.Element {
    return <Sidebar context={this._context} />;
  }

  /**
   * Move the focus to the row of a cluster, or to where users begin if there is
   * none.
   *
   * @param id - the id of the cluster; null for none
   */
  activateRow(id: string | null): void {
    this._shown = id;
    this.activate();
  }

  /** Wait for no row any more. */
  dispose(): void {
    this._arrival?.dispose();
    super.dispose();
  }

  /** Focus the wanted row, else the first control of the form, else the panel. */
  protected onActivateRequest(): void {
    const id = this._shown;
    this._shown = null;
    this._arrival?.dispose();
    const row = this._rowOf(id);
    if (row) {
      this._focusRow(row);
    } else if (id !== null && this._isExpected(id)) {
      this._focus(this.node);
      this._arrival = new Arrival(
        this.node,
        () => this._rowOf(id),
        drawn => this._focusRow(drawn)
      );
    } else {
      const first = this.node.querySelector<HTMLElement>('form button');
      if (first) {
        first.focus();
      } else {
        this._focus(this.node);
      }
    }
  }

  /** The row of a cluster; null if it is not drawn. */
  private _rowOf(id: string | null): HTMLElement | null {
    return this.node.querySelector<HTMLElement>(
      `.${ROW_CLASS}[data-cluster-id="${CSS.escape(id ?? '')}"]`
    );
  }

  /** Whether a row will be drawn: rows far down are later, and all while loading. */
  private _isExpected(id: string): boolean {
    const { clusters } = this._context;
    return clusters.status === 'loading' || clusters.get(id) !== undefined;
  }

  private _focusRow(row: HTMLElement): void {
    this._focus(row);
    row.scrollIntoView({ block: 'nearest' });
  }

  /** Focus what is no control. */
  private _focus(node: HTMLElement): void {
    node.tabIndex = -1;
    node.focus();
  }

  private _arrival: Arrival<HTMLElement> | null = null;
  private _shown: string | null = null;
}

/**
 * The content of the sidebar. What was loaded stays visible beside an error.
 */
export function Sidebar(props: { context: ISidebarContext }): JSX.Element {
  const { context } = props;
  const { clusters, launch, trans } = context;
  const status = useSignalValue(clusters.changed, () => clusters.status);
  const listError = useSignalValue(clusters.changed, () => clusters.error);
  const platforms = useSignalValue(
    launch.changed,
    () => launch.queries.platforms.value
  );
  const platformsError = useSignalValue(
    launch.changed,
    () => launch.queries.platforms.error
  );
  const error = status === 'unreachable' ? listError : platformsError;
  const retry = (): void => {
    launch.retry();
    void clusters.refresh();
  };
  const isMissing = status === 'missing';
  return (
    <>
      <Toolbar context={context} onRefresh={retry} />
      <div className="jp-ClusterLauncher-content">
        {isMissing ? (
          <MissingExtension context={context} onRetry={retry} />
        ) : (
          <>
            {error && (
              <Problem onRetry={retry} trans={trans}>
                <p>{error}</p>
              </Problem>
            )}
            <LaunchSection
              context={context}
              failed={!!error}
              loaded={platforms !== null}
            />
            <ClusterList
              context={context}
              platforms={platforms ?? NO_PLATFORMS}
            />
          </>
        )}
      </div>
      <Announcer clusters={clusters} trans={trans} />
    </>
  );
}

/**
 * The launch form as soon as the platforms are known.
 *
 * @param props.failed - whether the platforms cannot be loaded
 * @param props.loaded - whether the platforms are known, perhaps from before
 */
function LaunchSection(props: {
  context: ISidebarContext;
  failed: boolean;
  loaded: boolean;
}): JSX.Element {
  const { clusters, launch, showCode, trans } = props.context;
  const count = useSignalValue(
    clusters.changed,
    () => clusters.clusters.length
  );
  if (props.loaded) {
    return (
      <LaunchForm
        canFold={count > 0}
        model={launch}
        onPreview={showCode}
        trans={trans}
      />
    );
  }
  if (props.failed) {
    // The environment may be the cause, so that the user can change it.
    return (
      <div className="jp-ClusterLauncher-launch">
        <EnvironmentField model={launch} trans={trans} />
      </div>
    );
  }
  return <Loading text={trans.__('Loading platforms…')} />;
}

/**
 * What keeps the sidebar from working, and a button to try again. When it is solved,
 * the focus moves from there to the other button that refreshes.
 */
function Problem(props: {
  children: React.ReactNode;
  onRetry: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const node = ref.current;
    const sidebar = node?.closest('.jp-ClusterLauncher-content')?.parentElement;
    return () => {
      if (node?.contains(document.activeElement)) {
        sidebar
          ?.querySelector<HTMLElement>('[data-action="refresh"]')
          ?.focus({ preventScroll: true });
      }
    };
  }, []);
  return (
    <div ref={ref}>
      <RetryAlert className="jp-ClusterLauncher-problem" {...props} />
    </div>
  );
}

/**
 * How to enable the server extension.
 */
function MissingExtension(props: {
  context: ISidebarContext;
  onRetry: () => void;
}): JSX.Element {
  const { trans } = props.context;
  return (
    <Problem onRetry={props.onRetry} trans={trans}>
      <p>
        {trans.__(
          'The server extension is not installed or not enabled. Run this command in a terminal, then restart the Jupyter server:'
        )}
      </p>
      <pre className="jp-ClusterLauncher-code" tabIndex={0}>
        {ENABLE}
      </pre>
    </Problem>
  );
}
