import { NotebookPanel } from '@jupyterlab/notebook';
import { ReactWidget } from '@jupyterlab/ui-components';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { PanelLayout } from '@lumino/widgets';
import React, { useState } from 'react';
import { againText, canLaunchAgain } from '../again';
import { CommandIDs } from '../commands/ids';
import { TextButton } from '../components/button';
import { useSignalValue } from '../components/hooks';
import { hasEnded, isAlive } from '../format';
import { IClusters, INotebooks } from '../tokens';
import { connectCall } from './template';

/** What the bars work with. */
export interface IBarOptions {
  /** The clusters. */
  clusters: IClusters;
  /** The commands of the application. */
  commands: CommandRegistry;
  /** The open notebooks. */
  notebooks: INotebooks;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Show a bar above each cell whose cluster has stopped, in all open notebooks.
 */
export function showStoppedBars(options: IBarOptions): void {
  const { clusters, notebooks } = options;
  const bars = new Map<NotebookPanel, StoppedBar>();
  const watched = new WeakSet<object>();
  const update = (): void => {
    for (const panel of notebooks.panels) {
      const cells = panel.content.model?.cells;
      if (cells && !watched.has(cells)) {
        watched.add(cells);
        cells.changed.connect(update);
        panel.disposed.connect(() => bars.delete(panel));
      }
      updateBar(panel, options, bars);
    }
  };
  clusters.changed.connect(update);
  notebooks.usersChanged.connect(update);
  update();
}

/** Show or remove the bar of one notebook. */
function updateBar(
  panel: NotebookPanel,
  options: IBarOptions,
  bars: Map<NotebookPanel, StoppedBar>
): void {
  const cell = options.notebooks.cellOf(panel);
  const widget = cell && panel.content.widgets[cell.index];
  const stopped = cell && widget && hasStopped(cell, options.clusters);
  const bar = bars.get(panel);
  if (
    bar &&
    stopped &&
    bar.parent === widget &&
    bar.clusterId === cell.clusterId
  ) {
    return;
  }
  const hadFocus = bar?.node.contains(document.activeElement);
  bar?.dispose();
  bars.delete(panel);
  if (hadFocus) {
    panel.content.activate(); // Shift+Enter runs the cell then.
  }
  if (stopped) {
    const added = new StoppedBar(cell.clusterId, options);
    (widget.layout as PanelLayout).insertWidget(0, added);
    bars.set(panel, added);
  }
}

/**
 * Whether the cluster of a cell has stopped. The short code finds another one
 * that is called the same.
 */
export function hasStopped(
  { clusterId, code }: INotebooks.ICell,
  clusters: Pick<IClusters, 'clusters' | 'get' | 'status'>
): boolean {
  const cluster = clusters.get(clusterId);
  return (
    clusters.status === 'ready' &&
    (!cluster || hasEnded(cluster)) &&
    !clusters.clusters.some(
      other => isAlive(other) && code.includes(connectCall(other.name))
    )
  );
}

/**
 * A bar that says that the cluster of a cell has stopped, and what to do.
 */
class StoppedBar extends ReactWidget {
  /**
   * @param clusterId - the id of the cluster
   */
  constructor(
    readonly clusterId: string,
    private _options: IBarOptions
  ) {
    super();
    this.addClass('jp-ClusterLauncher-stopped');
    this.node.setAttribute('role', 'status');
    // Enter presses the button, instead of editing the cell.
    this.node.dataset.lmSuppressShortcuts = 'true';
  }

  protected render(): JSX.Element {
    return <StoppedMessage id={this.clusterId} {...this._options} />;
  }
}

/** The content of the bar. */
function StoppedMessage({
  id,
  clusters,
  commands,
  trans
}: IBarOptions & { id: string }): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  // One that was joined cannot be launched; one that was dismissed may.
  const cluster = useSignalValue(clusters.changed, () => clusters.get(id));
  const launch = async (): Promise<void> => {
    setBusy(true);
    await commands.execute(CommandIDs.launchAgain, { id });
    setBusy(false);
  };
  return (
    <>
      <span>
        {cluster?.state === 'lost'
          ? trans.__("This cell's cluster cannot be reached")
          : trans.__("This cell's cluster has stopped")}
      </span>
      {canLaunchAgain(cluster) && (
        <TextButton busy={isBusy} onClick={() => void launch()}>
          {againText(cluster, trans)}
        </TextButton>
      )}
      <TextButton onClick={() => void commands.execute(CommandIDs.insert)}>
        {trans.__('Use another')}
      </TextButton>
    </>
  );
}
