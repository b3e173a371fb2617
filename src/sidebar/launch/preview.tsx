import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect } from 'react';
import { IQueryState } from '../../api/query';
import { ErrorMessage, Warnings } from '../../components/alert';
import { Fold } from '../../components/fold';
import { Loading } from '../../components/loading';
import { CodeBox } from '../../components/text';
import { ICheck, IPlatform } from '../../tokens';
import { LaunchModel } from './model';
import { StartTimes } from './starttimes';

/**
 * A preview of the launch: its size and warnings, and in a section the code that
 * will run and, on a batch system, the job script.
 */
export function Preview(props: {
  model: LaunchModel;
  platform: IPlatform;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, platform, trans } = props;
  const { check, code } = model.queries;
  const value = code.error === null ? code.value : null;
  useEffect(() => () => model.request('check', false), [model]);
  return (
    <div className="jp-ClusterLauncher-preview">
      {value?.summary && (
        <p className="jp-ClusterLauncher-summary">{value.summary}</p>
      )}
      <Warnings warnings={value?.warnings ?? []} />
      <ErrorMessage error={code.error} role="status" />
      <StartTimes {...{ model, platform, trans }} />
      <Fold
        name="preview"
        label={trans.__('Preview code')}
        onToggle={open => model.request('check', open)}
      >
        {value && <CodeBox label={trans.__('Code')} text={value.create} />}
        {platform.queue && <CheckResult check={check} trans={trans} />}
      </Fold>
    </div>
  );
}

/**
 * What the batch system says before anything is submitted.
 */
function CheckResult(props: {
  check: IQueryState<ICheck>;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { check, trans } = props;
  if (check.error !== null) {
    return <ErrorMessage error={check.error} />;
  }
  if (check.value === null) {
    return <Loading text={trans.__('Checking with the batch system…')} />;
  }
  const { ok, job_script, verdict, warnings } = check.value;
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
        <CodeBox label={trans.__('Job script')} text={job_script} />
      )}
    </div>
  );
}
