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
  // Of another launch, the answer says nothing.
  const current = (): string =>
    JSON.stringify([platform.name, model.forms.get(platform)]);
  const [askedFor, setAskedFor] = useState('');
  const [answer, setAnswer] = useState<IAnswer>({});
  useEffect(() => {
    let isWanted = true;
    if (asked > 0) {
      setAnswer({});
      void model.queries
        .starts(model.draft.request(platform))
        .then(starts => ({ starts }))
        .catch((reason: Error) => ({ error: reason.message }))
        .then(next => isWanted && setAnswer(next));
    }
    return () => {
      isWanted = false;
    };
  }, [asked]);
  if (!platform.queue || platform.options_from !== platform.queue) {
    return null;
  }
  const isAsked = asked > 0 && askedFor === current();
  const { error, starts }: IAnswer = isAsked ? answer : {};
  const pending = isAsked && !error && !starts;
  const ask = (): void => {
    setAskedFor(current());
    setAsked(asked + 1);
  };
  const take = (start: IStart): void => {
    model.draft.fill();
    model.change(changesOf(start, model.forms.get(platform)));
    setAskedFor(current()); // The others can still be compared.
  };
  return (
    <div className="jp-ClusterLauncher-starts">
      <TextButton busy={pending} onClick={ask}>
        {trans.__('When would it start?')}
      </TextButton>
      {pending && <Loading text={trans.__('Querying the batch system…')} />}
      <ErrorMessage error={error ?? null} />
      {starts?.length === 0 && (
        <div className="jp-ClusterLauncher-hint">
          {trans.__('The batch system gives no estimate.')}
        </div>
      )}
      {!!starts?.length && (
        <ul aria-label={trans.__('Start times')}>
          {starts.map(start => (
            <li key={start.title}>
              <TextButton
                disabled={start.when === null}
                title={start.reason ?? undefined}
                onClick={() => take(start)}
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
