import React, { useId } from 'react';
import { TextButton } from '../../../components/button';
import { IPlatform } from '../../../tokens';
import { IForm } from '../choices';
import { LaunchModel } from '../model';

/**
 * How much less memory is enough, with a button that takes it, and what earlier
 * clusters have used. Nothing while that is unknown.
 */
export function Advice(props: {
  model: LaunchModel;
  platform: IPlatform;
}): JSX.Element | null {
  const { model, platform } = props;
  const { error, pending, value } = model.queries.code;
  const id = useId();
  const advice = error ? null : value?.advice;
  if (!advice) {
    return null;
  }
  return (
    <div className="jp-ClusterLauncher-advice">
      <TextButton
        data-action="take-advice"
        aria-describedby={id}
        disabled={pending} // It may be about another platform.
        onClick={({ currentTarget }) => {
          const options = advice.options as IForm['options'];
          const before = model.forms.get(platform).options;
          model.change({ options: { ...before, ...options } });
          // The button goes, and the focus would with it.
          currentTarget.form
            ?.querySelector<HTMLElement>('button[type="submit"]')
            ?.focus();
        }}
      >
        {advice.text}
      </TextButton>
      <div id={id} className="jp-ClusterLauncher-hint">
        {advice.reason}
      </div>
    </div>
  );
}
