import { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React, { useRef } from 'react';
import { useSignal } from '../../components/hooks';
import { IPlatform } from '../../tokens';
import { sizeText } from './differences';
import { LaunchFields } from './fields/fields';
import { Footer } from './footer';
import { useFocusKept, useInSight } from './formhooks';
import { LaunchModel } from './model';

/** The props of the form and its parts. */
export interface ILaunchProps {
  /** The state of the form. */
  model: LaunchModel;
  /** Whether there are clusters, so that the form can be collapsed. */
  canFold: boolean;
  /** Shows the code that the launch would run. */
  onPreview: () => void;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * The form that launches a cluster: all fields, or a line that says what would
 * be launched. The button that launches is always there.
 */
export function LaunchForm(props: ILaunchProps): JSX.Element {
  const { canFold, model, trans } = props;
  useSignal(model.changed);
  const { platform } = model;
  const { isOpen } = model.fold;
  const node = useRef<HTMLFormElement>(null);
  useInSight(node, isOpen, model.submission.error);
  useFocusKept(node, model);
  if (platform === null) {
    return (
      <p className="jp-ClusterLauncher-empty">
        {trans.__(
          'No platforms are installed. Ask your administrator, or run "jupyter cluster-launcher platforms" in a terminal to find out why.'
        )}
      </p>
    );
  }
  return (
    <form
      ref={node}
      className="jp-ClusterLauncher-launch"
      data-open={isOpen}
      aria-label={trans.__('Launch a cluster')}
      {...model.preparation.handlers}
      onChange={model.fold.keep}
      onSubmit={event => {
        event.preventDefault();
        if (model.canLaunch) {
          void model.launch();
        }
      }}
    >
      {(canFold || !isOpen) && (
        <div className="jp-ClusterLauncher-launchLine">
          <FoldButton {...{ model, platform, trans }} />
          {!isOpen && <LaunchButton {...{ model, trans }} />}
        </div>
      )}
      {isOpen && <LaunchFields {...props} platform={platform} />}
      <Footer {...props} platform={platform}>
        {isOpen && <LaunchButton {...{ model, trans }} />}
      </Footer>
    </form>
  );
}

/**
 * The button that expands and collapses the form, with what would be launched.
 */
function FoldButton(props: {
  model: LaunchModel;
  platform: IPlatform;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, platform, trans } = props;
  const { isOpen } = model.fold;
  const size = sizeText(platform, model.forms.get(platform), trans);
  const caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <button
      type="button"
      className="jp-ClusterLauncher-foldButton"
      aria-expanded={isOpen}
      onClick={() => model.fold.set(!isOpen)}
    >
      <caret.react tag="span" />
      <span className="jp-ClusterLauncher-foldText">
        {isOpen
          ? trans.__('New cluster')
          : platform.launches && size
            ? trans.__('New · %1 · %2', platform.title, size)
            : trans.__('New · %1', platform.title)}
      </span>
    </button>
  );
}

/**
 * The button that launches. During a launch it keeps the focus, which a disabled
 * button would lose.
 */
function LaunchButton(props: {
  model: LaunchModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const { busy } = model.submission;
  const idle = model.platform?.launches ? trans.__('Launch') : trans.__('Join');
  return (
    <button
      type="submit"
      className="jp-ClusterLauncher-launchButton jp-mod-styled jp-mod-accept"
      disabled={!model.canLaunch && !busy}
      aria-disabled={busy || undefined}
    >
      {busy ? trans.__('Launching…') : idle}
    </button>
  );
}
