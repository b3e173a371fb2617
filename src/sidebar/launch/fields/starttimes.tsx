import { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import { ErrorMessage } from '../../../components/alert';
import { TextButton } from '../../../components/button';
import { Loading } from '../../../components/loading';
import { IPlatform, IStart } from '../../../tokens';
import { changesOf } from '../choices';
import { LaunchModel } from '../model';

/**
 * When the launch would start in each partition, and if it were smaller. A click
 * on one of these takes it.
 */
export function StartTimes(props: {
  model: LaunchModel;
  platform: IPlatform;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { model, platform, trans } = props;
  const [asked, setAsked] = useState(0);
  const [answer, setAnswer] = useState<IAnswer>({});
  useEffect(() => {
    let current = true;
    if (asked > 0) {
      setAnswer({});
      void model
        .starts(platform)
        .then(starts => ({ starts }))
        .catch((reason: Error) => ({ error: reason.message }))
        .then(next => current && setAnswer(next));
    }
    return () => {
      current = false;
    };
  }, [asked]);
  if (!platform.queue || platform.options_from !== platform.queue) {
    return null;
  }
  const { error, starts } = answer;
  const pending = asked > 0 && !error && !starts;
  return (
    <div className="jp-ClusterLauncher-starts">
      <TextButton disabled={pending} onClick={() => setAsked(asked + 1)}>
        {trans.__('When would it start?')}
      </TextButton>
      {pending && <Loading text={trans.__('Asking the batch system…')} />}
      <ErrorMessage error={error ?? null} />
      {starts?.length === 0 && (
        <div className="jp-ClusterLauncher-hint">
          {trans.__('The batch system cannot tell.')}
        </div>
      )}
      {!!starts?.length && (
        <ul aria-label={trans.__('Start times')}>
          {starts.map(start => (
            <li key={start.title}>
              <TextButton
                disabled={start.when === null}
                title={start.reason ?? undefined}
                onClick={() =>
                  model.change(changesOf(start, model.forms.get(platform)))
                }
              >
                {`${start.title} ${start.when ?? trans.__('cannot start')}`}
              </TextButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The start times, or why there are none; empty while they are loaded. */
interface IAnswer {
  error?: string;
  starts?: IStart[];
}
