import { Clipboard, MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import React, { useEffect, useRef, useState } from 'react';
import { ErrorMessage } from '../components/alert';
import { TextButton } from '../components/button';
import { SelectField, TextField } from '../components/fields';
import { useSignal } from '../components/hooks';
import { logIcon } from '../icons';
import { IClusters, ILogs } from '../tokens';
import { LogModel } from './model';

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

/**
 * The logs of a cluster, one source at a time, with a filter for lines.
 */
export function Logs(props: {
  model: LogModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  useSignal(model.changed);
  const [source, setSource] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const sources = model.logs ? sourcesOf(model.logs, trans) : [];
  // Until the user selects a source, the first one with any output.
  const current =
    sources.find(({ id }) => id === source) ??
    sources.find(({ text }) => text.trim()) ??
    sources[0];
  const pattern = filter.trim().toLowerCase();
  const lines = (current?.text ?? '').split('\n');
  const shown = pattern
    ? lines.filter(line => line.toLowerCase().includes(pattern))
    : lines;
  const text = shown.join('\n');
  const noOutput = pattern
    ? trans.__('No matching lines.')
    : trans.__('No output yet.');
  return (
    <>
      <div className="jp-ClusterLauncher-logBar">
        <SelectField
          label={trans.__('Source')}
          value={current?.id ?? ''}
          choices={sources.map(({ id, title }) => ({
            value: id,
            label: title
          }))}
          onChange={setSource}
        />
        <TextField
          label={trans.__('Filter')}
          type="search"
          value={filter}
          onChange={setFilter}
        />
        <TextButton
          disabled={!text}
          onClick={() => Clipboard.copyToSystem(text)}
        >
          {trans.__('Copy')}
        </TextButton>
        <span role="status" className="jp-ClusterLauncher-hint">
          {pattern
            ? trans._n('%1 line', '%1 lines', text ? shown.length : 0)
            : ''}
        </span>
      </div>
      <ErrorMessage error={model.error} />
      <FollowedText
        key={current?.id}
        label={current?.title ?? trans.__('Log')}
        text={text}
        placeholder={model.logs ? noOutput : trans.__('Loading logs…')}
      />
    </>
  );
}

/**
 * Text that stays scrolled to its end as it grows, unless the user scrolls up.
 */
function FollowedText(props: {
  label: string;
  text: string;
  placeholder: string;
}): JSX.Element {
  const node = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (node.current && atEnd.current) {
      node.current.scrollTop = node.current.scrollHeight;
    }
  }, [props.text]);
  return (
    <pre
      ref={node}
      className="jp-ClusterLauncher-logText"
      role="log"
      aria-live="off"
      aria-label={props.label}
      tabIndex={0}
      onScroll={event => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < 4;
      }}
    >
      {props.text.trim() ? props.text : props.placeholder}
    </pre>
  );
}

/** The sources of logs, in the order to read them. */
function sourcesOf(
  logs: ILogs,
  trans: TranslationBundle
): { id: string; title: string; text: string }[] {
  return [
    { id: 'launch', title: trans.__('Launch'), text: logs.launch },
    { id: 'scheduler', title: trans.__('Scheduler'), text: logs.scheduler },
    ...logs.workers.map(({ id, title, text }) => ({
      id: `worker ${id}`,
      title,
      text
    })),
    ...logs.jobs.map(({ id, title, text }) => ({
      id: `job ${id}`,
      title,
      text
    }))
  ];
}
