import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { IPreferences } from '../settings/preferences';
import { differences, sizeText } from '../sidebar/launch/differences';
import { defaultForm } from '../sidebar/launch/choices';
import { IOptionsSchema, IPlatform, IRequest } from '../tokens';
import { fit } from './fit';
import { leftOutText, missingText } from './words';

/** What the dialog shows. */
export interface IQuestion {
  /** The title of the question. */
  title: string;
  /** What is requested. */
  request: IRequest;
  /** The platforms to choose from: one if the requested one is available. */
  platforms: IPlatform[];
  /** The requested platform; undefined if there is none of that name. */
  requested: IPlatform | undefined;
  /** The options of a platform. */
  schemaOf: (platform: IPlatform) => IOptionsSchema;
  /** The preferences of the user. */
  preferences: IPreferences;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Let the user read what would be launched, and choose the platform if the
 * requested one is not available.
 *
 * @returns the platform; null if the user cancelled
 */
export async function confirmRequest(
  question: IQuestion
): Promise<IPlatform | null> {
  const { trans } = question;
  const body = new RequestBody(question);
  const { button } = await showDialog({
    title: question.title,
    body,
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Launch') })
    ]
  });
  return button.accept ? body.getValue() : null;
}

/** The body of the dialog. */
class RequestBody extends ReactWidget {
  constructor(private _question: IQuestion) {
    super();
    this.addClass('jp-ClusterLauncher-request');
    this._platform = this._question.platforms[0];
  }

  /** The chosen platform. */
  getValue(): IPlatform {
    return this._platform;
  }

  protected render(): JSX.Element {
    return (
      <Request
        {...this._question}
        onChoose={platform => (this._platform = platform)}
      />
    );
  }

  private _platform: IPlatform;
}

/** The sentences and the field of the dialog. */
function Request(
  props: IQuestion & { onChoose: (platform: IPlatform) => void }
): JSX.Element {
  const { platforms, preferences, request, requested, trans } = props;
  const [platform, setPlatform] = useState(platforms[0]);
  const schema = props.schemaOf(platform);
  const { form, leftOut } = fit(request, platform, schema, preferences);
  const standard = defaultForm(platform, preferences);
  const isMissing = platforms[0] !== requested;
  return (
    <>
      {isMissing && (
        <>
          <p>{missingText(request, requested, trans)}</p>
          <label>
            {trans.__('Platform')}
            <select
              className="jp-mod-styled"
              value={platform.name}
              onChange={({ target }) => {
                const chosen = platforms.find(
                  ({ name }) => name === target.value
                )!;
                setPlatform(chosen);
                props.onChoose(chosen);
              }}
            >
              {platforms.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
      <ul>
        {!isMissing && <li>{platform.title}</li>}
        <li>{sizeText(platform, form, trans)}</li>
        {differences(form, standard, schema, trans, Infinity).map(text => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {leftOut.length > 0 && <p>{leftOutText(leftOut, platform, trans)}</p>}
    </>
  );
}
