import { Clipboard, MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import React, { useEffect, useRef, useState } from 'react';
import { logIcon } from '../icons';
import { LogModel } from './model';
import { IClusters, ILogs } from '../tokens';
import { SelectField } from '../components/fields';
import { useSignal } from '../components/hooks';

/**
 * A panel with the logs of one cluster.
 */
export class LogPanel extends MainAreaWidget<LogBody> {
  constructor(clusters: IClusters, id: string, trans: TranslationBundle) {
    super({ content: new LogBody(new LogModel(clusters, id), trans) });
    this.id = `jp-ClusterLauncher-logs-${id}`;
    this.title.icon = logIcon;
    this.title.closable = true;
    this.title.label = trans.__('Logs · %1', this.content.model.name);
  }
}

/**
 * The body of a log panel; follows only while it is shown.
 */
export class LogBody extends ReactWidget {
  constructor(
    readonly model: LogModel,
    private _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ClusterLauncher-logs');
  }

  render(): JSX.Element {
    return <Logs model={this.model} trans={this._trans} />;
  }

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
 * Everything a cluster wrote, one part at a time: followed as it grows,
 * searched by line, copied with a click.
 */
export function Logs(props: {
  model: LogModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  useSignal(model.changed);
  const [part, setPart] = useState<string | null>(null);
  const [query, setQuery] = useState('');
  const parts = model.logs ? partsOf(model.logs, trans) : [];
  // Until a part was chosen, the first in which there is something to read.
  const current =
    parts.find(({ id }) => id === part) ??
    parts.find(({ text }) => text.trim()) ??
    parts[0];
  const wanted = query.trim().toLowerCase();
  const lines = (current?.text ?? '').split('\n');
  const shown = wanted
    ? lines.filter(line => line.toLowerCase().includes(wanted))
    : lines;
  const text = shown.join('\n');
  return (
    <>
      <div className="jp-ClusterLauncher-logBar">
        <SelectField
          label={trans.__('Log of')}
          value={current?.id ?? ''}
          choices={parts.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={setPart}
        />
        <label className="jp-ClusterLauncher-field">
          {trans.__('Find')}
          <input
            className="jp-mod-styled"
            type="search"
            value={query}
            onChange={event => setQuery(event.target.value)}
          />
        </label>
        <button
          type="button"
          className="jp-mod-styled jp-mod-minimal"
          disabled={!text}
          onClick={() => Clipboard.copyToSystem(text)}
        >
          {trans.__('Copy')}
        </button>
        <span role="status" className="jp-ClusterLauncher-hint">
          {wanted
            ? trans._n('%1 line', '%1 lines', text ? shown.length : 0)
            : ''}
        </span>
      </div>
      {model.error && (
        <p role="alert" className="jp-ClusterLauncher-error">
          {model.error}
        </p>
      )}
      <FollowedText
        key={current?.id}
        label={current?.title ?? trans.__('Log')}
        text={text}
        placeholder={
          model.logs
            ? wanted
              ? trans.__('No line has this.')
              : trans.__('Nothing was written yet.')
            : trans.__('Reading the logs…')
        }
      />
    </>
  );
}

/**
 * Text that stays at its end as it grows, unless it was scrolled up.
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

/** The parts of a log in the order to read them. */
function partsOf(
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
