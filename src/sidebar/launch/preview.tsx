import { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';
import { ICheck, IClusters, ILaunch, IPlatform } from '../../tokens';
import { Fold } from '../../components/fields';
import { IAnswer, useAnswer } from '../../components/hooks';
import { Pending } from '../../components/loading';

/** Milliseconds without typing before the code is asked for. */
const PAUSE = 300;

/**
 * What a launch would do: its size and warnings in plain sight, and unfolded
 * the very code that will run and, on a batch system, the job script.
 */
export function Preview(props: {
  clusters: IClusters;
  launch: ILaunch;
  platform: IPlatform;
  trans: TranslationBundle;
}): JSX.Element {
  const { clusters, launch, platform, trans } = props;
  const [open, setOpen] = useState(false);
  const { platform: name, workers, adapt, options, tls, kernel_name } = launch;
  const key = JSON.stringify([name, workers, adapt, options, tls, kernel_name]);
  const code = useAnswer(() => clusters.code(launch), key, {
    delay: PAUSE,
    keep: true
  });
  const check = useAnswer(
    open && platform.queue ? () => clusters.check(launch) : null,
    key,
    { delay: PAUSE, keep: true }
  );
  return (
    <div className="jp-ClusterLauncher-preview">
      {code.error === null && code.value?.summary && (
        <p className="jp-ClusterLauncher-summary">{code.value.summary}</p>
      )}
      {(code.error === null ? code.value : null)?.warnings.map(warning => (
        <p key={warning} className="jp-ClusterLauncher-warning">
          {warning}
        </p>
      ))}
      {code.error !== null && (
        <p role="status" className="jp-ClusterLauncher-error">
          {code.error}
        </p>
      )}
      <Fold name="preview" label={trans.__('What will run')} onToggle={setOpen}>
        {code.error === null && code.value && (
          <Text label={trans.__('Code')} text={code.value.create} />
        )}
        {platform.queue && <Verdict check={check} trans={trans} />}
      </Fold>
    </div>
  );
}

/**
 * What the batch system says before anything is submitted.
 */
function Verdict(props: {
  check: IAnswer<ICheck>;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { check, trans } = props;
  if (check.error !== null) {
    return (
      <p role="alert" className="jp-ClusterLauncher-error">
        {check.error}
      </p>
    );
  }
  if (check.value === null) {
    return <Pending text={trans.__('Asking the batch system…')} />;
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
      {warnings.map(warning => (
        <p key={warning} className="jp-ClusterLauncher-warning">
          {warning}
        </p>
      ))}
      {job_script && <Text label={trans.__('Job script')} text={job_script} />}
    </div>
  );
}

/**
 * Text to read, in a box of its own that the keyboard can scroll.
 */
function Text(props: { label: string; text: string }): JSX.Element {
  return (
    <pre
      className="jp-ClusterLauncher-code"
      role="region"
      aria-label={props.label}
      tabIndex={0}
    >
      {props.text}
    </pre>
  );
}
