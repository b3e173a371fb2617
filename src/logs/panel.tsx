import { MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import React from 'react';
import { logIcon } from '../icons';
import { IClusters } from '../tokens';
import { LogModel } from './model';
import { Logs } from './view';

/**
 * A panel with the logs of a cluster.
 */
export class LogPanel extends MainAreaWidget<LogBody> {
  /**
   * @param id - the id of the cluster
   */
  constructor(clusters: IClusters, id: string, trans: TranslationBundle) {
    super({ content: new LogBody(new LogModel(clusters, id), trans) });
    this.id = LogPanel.id(id);
    this.title.icon = logIcon;
    this.title.closable = true;
    this.title.label = trans.__('Logs · %1', this.content.model.name);
    // Else all tabs are called the same.
    this.content.node.setAttribute('aria-label', this.title.label);
  }

  /** The id of the panel for a cluster. */
  static id(clusterId: string): string {
    return `jp-ClusterLauncher-logs-${clusterId}`;
  }
}

/**
 * The body of a log panel. The logs are polled only while it is visible.
 */
export class LogBody extends ReactWidget {
  /**
   * @param model - the logs, which are disposed with this widget
   */
  constructor(
    readonly model: LogModel,
    private _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ClusterLauncher-logs');
  }

  /** Render the logs. */
  render(): JSX.Element {
    return <Logs model={this.model} trans={this._trans} />;
  }

  /** Stop polling. */
  dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.start();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.model.start();
  }

  protected onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.model.stop();
  }
}
