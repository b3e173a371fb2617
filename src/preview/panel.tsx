import { MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import React from 'react';
import { ErrorMessage, Warnings } from '../components/alert';
import { useSignal } from '../components/hooks';
import { Loading } from '../components/loading';
import { clusterIcon } from '../icons';
import { differences, sizeText } from '../sidebar/launch/differences';
import { Reason } from '../sidebar/launch/fields/reason';
import { LaunchModel } from '../sidebar/launch/model';
import { Code, Highlight } from './code';

/**
 * A panel with the code that the launch form would run.
 */
export class PreviewPanel extends MainAreaWidget<PreviewBody> {
  constructor(
    model: LaunchModel,
    highlight: Highlight | null,
    trans: TranslationBundle
  ) {
    super({ content: new PreviewBody(model, highlight, trans) });
    this.id = PreviewPanel.ID;
    this.toolbar.hide(); // It is empty.
    this.title.icon = clusterIcon;
    this.title.closable = true;
    this.title.label = trans.__('Code of the new cluster');
    // Else all tabs are called the same.
    this.content.node.setAttribute('aria-label', this.title.label);
  }

  /** The id of the panel, of which there is one. */
  static readonly ID = 'jp-ClusterLauncher-preview';
}

/**
 * The body of the preview. The batch system gets requests only while it is visible.
 */
export class PreviewBody extends ReactWidget {
  constructor(
    private _model: LaunchModel,
    private _highlight: Highlight | null,
    private _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ClusterLauncher-previewPanel');
  }

  /** Render the code. */
  render(): JSX.Element {
    return (
      <Preview
        model={this._model}
        highlight={this._highlight}
        trans={this._trans}
      />
    );
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._model.request('check', true);
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._model.request('check', true);
  }

  protected onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this._model.request('check', false);
  }

  protected onBeforeDetach(message: Message): void {
    this._model.request('check', false);
    super.onBeforeDetach(message);
  }
}

/** The props of the preview. */
interface IPreviewProps {
  /** The state of the launch form. */
  model: LaunchModel;
  /** Highlights code; null to leave it plain. */
  highlight: Highlight | null;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * What a launch would run: the code, and on a batch system the job script and
 * whether it would be accepted. It follows the form.
 */
export function Preview(props: IPreviewProps): JSX.Element {
  const { highlight, model, trans } = props;
  useSignal(model.changed);
  const { platform, queries } = model;
  const { error, value } = queries.code;
  if (platform === null || (value === null && error === null)) {
    return <NoCode {...{ model, trans }} />;
  }
  const form = model.forms.get(platform);
  const changed = differences(
    form,
    model.forms.defaults(platform),
    queries.schema(platform),
    trans
  );
  return (
    <>
      <p className="jp-ClusterLauncher-summary">
        {[platform.title, sizeText(platform, form, trans), ...changed]
          .filter(text => text)
          .join(' · ')}
      </p>
      <ErrorMessage error={error} role="status" />
      {value && !error && <Warnings warnings={value.warnings} />}
      {value && !error && (
        <Code
          title={trans.__('Code that creates the cluster')}
          language="python"
          text={value.create}
          {...{ highlight, trans }}
        />
      )}
      {platform.queue && value && !error && (
        <Check {...props} known={value.warnings} />
      )}
    </>
  );
}

/**
 * Why there is no code: it is loading, what it is made of is missing or wrong, or
 * there is none on a platform whose clusters are only joined.
 */
function NoCode({
  model,
  trans
}: Pick<IPreviewProps, 'model' | 'trans'>): JSX.Element {
  const { invalid, platform, queries } = model;
  const { options, platforms } = queries;
  if (platform && !platform.available) {
    return <Reason {...{ platform, trans }} />;
  }
  // Where a batch system only suggests values, the code comes without them.
  const isReady = platform !== null && queries.isReady(platform);
  const error = platform ? options.error : platforms.error;
  if (error !== null && !isReady) {
    return <ErrorMessage error={error} role="status" />;
  }
  const hint =
    platform === null
      ? platforms.value && trans.__('No platforms are installed.')
      : !platform.launches
        ? trans.__(
            'With %1, you join a cluster that is already running. There is no code to create it.',
            platform.title
          )
        : invalid.length > 0
          ? trans.__('Correct the form to see the code.')
          : null;
  if (platform === null && platforms.value === null && !platforms.pending) {
    return <></>; // The sidebar says why.
  }
  return hint === null ? (
    <Loading text={trans.__('Loading the code…')} />
  ) : (
    <p className="jp-ClusterLauncher-hint">{hint}</p>
  );
}

/**
 * What the batch system says before anything is submitted.
 *
 * @param props.known - the warnings that are shown elsewhere
 */
function Check({
  highlight,
  known,
  model,
  trans
}: IPreviewProps & { known: readonly string[] }): JSX.Element {
  const { error, value } = model.queries.check;
  if (error !== null) {
    return <ErrorMessage error={error} />;
  }
  if (value === null) {
    return <Loading text={trans.__('Checking with the batch system…')} />;
  }
  const { ok, job_script, verdict } = value;
  const warnings = value.warnings.filter(warning => !known.includes(warning));
  return (
    <div role="status">
      {verdict && (
        <p
          className={
            ok ? 'jp-ClusterLauncher-summary' : 'jp-ClusterLauncher-error'
          }
        >
          {verdict}
        </p>
      )}
      <Warnings warnings={warnings} />
      {job_script && (
        <Code
          title={trans.__('Job script')}
          language="shell"
          text={job_script}
          {...{ highlight, trans }}
        />
      )}
    </div>
  );
}
