import React from 'react';
import { ErrorMessage, Warnings } from '../../components/alert';
import { TextButton } from '../../components/button';
import { IPlatform } from '../../tokens';
import { differences, sizeText } from './differences';
import { ILaunchProps } from './form';

/**
 * What is to be known before a launch: warnings, errors, and what differs from
 * the defaults. It stays in sight while the form is scrolled.
 *
 * @param props.children - the button that launches
 */
export function Footer(
  props: ILaunchProps & { platform: IPlatform; children: React.ReactNode }
): JSX.Element {
  const { model, platform } = props;
  const { queries, submission } = model;
  const isReady = queries.isReady(platform);
  const { error } = queries.code;
  // What was a warning before the launch was refused for it.
  const warnings = queries.warnings.filter(
    warning => warning !== submission.error
  );
  return (
    <div className="jp-ClusterLauncher-footer">
      {isReady && !error && <Warnings warnings={warnings} />}
      <Mistake {...props} />
      <ErrorMessage error={submission.error} />
      <Changes {...props} />
      {props.children}
    </div>
  );
}

/**
 * What has to be corrected before a launch, once: the server repeats what the
 * fields say, and a launch was refused for what its code was.
 */
function Mistake({ model, trans }: ILaunchProps): JSX.Element | null {
  const { invalid, queries, submission } = model;
  const text = invalid.length
    ? trans.__('Correct this first: %1.', invalid.join(', '))
    : queries.code.error;
  const isSaid = text === submission.error;
  return <ErrorMessage error={isSaid ? null : text} role="status" />;
}

/**
 * What differs from the defaults, and a button to reset it.
 */
function Changes({
  model,
  platform,
  trans
}: ILaunchProps & { platform: IPlatform }): JSX.Element | null {
  const { draft, forms, kernel, queries } = model;
  const [form, standard] = [forms.get(platform), forms.defaults(platform)];
  const changed = differences(form, standard, queries.schema(platform), trans);
  if (kernel.chosen !== null) {
    const chosen = kernel.kernels.find(({ name }) => name === kernel.chosen);
    changed.unshift(trans.__('environment %1', chosen!.title));
  }
  const { address = '', name = '' } = draft.typed(platform);
  if (address.trim()) {
    changed.unshift(trans.__('address %1', address.trim()));
  }
  if (name.trim()) {
    changed.unshift(trans.__('name %1', name.trim()));
  }
  if (changed.length === 0) {
    return null;
  }
  // Alone it needs no word, as it stands in its field. But it is reset, too.
  const size = sizeText(platform, form, trans);
  if (size !== sizeText(platform, standard, trans)) {
    changed.unshift(size);
  }
  return (
    <div className="jp-ClusterLauncher-changes">
      <span>{trans.__('Changed: %1', changed.join(' · '))}</span>
      <TextButton
        onClick={({ currentTarget, detail }) => {
          // The button goes, and the focus would with it.
          if (document.activeElement === currentTarget) {
            const first = currentTarget.form?.querySelector('button');
            // Not away from what is below the pointer.
            first?.focus({ preventScroll: detail > 0 });
          }
          model.reset();
        }}
      >
        {trans.__('Reset')}
      </TextButton>
    </div>
  );
}
