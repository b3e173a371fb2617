import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { ISelectChoice, SelectField } from './fields';

/** What the dialog shows. */
interface IQuestion {
  /** The title. */
  title: string;
  /** The label of the field. */
  label: string;
  /** What the user can choose; the first one is selected. */
  choices: ReadonlyArray<ISelectChoice>;
}

/**
 * Let the user choose one of several values. The field of JupyterLab's own dialog
 * has no name that a screen reader could say.
 *
 * @returns null if the user cancelled
 */
export async function askChoice(question: IQuestion): Promise<string | null> {
  const body = new ChoiceBody(question);
  const { button } = await showDialog({
    title: question.title,
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton()],
    focusNodeSelector: 'select'
  });
  return button.accept ? body.getValue() : null;
}

/** The body of the dialog. */
class ChoiceBody extends ReactWidget {
  constructor(private _question: IQuestion) {
    super();
    this._value = this._question.choices[0].value;
  }

  /** The chosen value. */
  getValue(): string {
    return this._value;
  }

  protected render(): JSX.Element {
    return (
      <Choice {...this._question} onChoose={value => (this._value = value)} />
    );
  }

  private _value: string;
}

/** The field, which remembers what was chosen. */
function Choice(
  props: IQuestion & { onChoose: (value: string) => void }
): JSX.Element {
  const { choices, label, onChoose } = props;
  const [value, setValue] = useState(choices[0].value);
  return (
    <SelectField
      {...{ choices, label, value }}
      onChange={chosen => {
        setValue(chosen);
        onChoose(chosen);
      }}
    />
  );
}
