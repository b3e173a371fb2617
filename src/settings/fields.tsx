import { TranslationBundle } from '@jupyterlab/translation';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';
import { IDisposable } from '@lumino/disposable';
import type { FieldProps } from '@rjsf/utils';
import React, { useEffect } from 'react';
import { Query } from '../api/query';
import { useSignal } from '../components/hooks';
import { IClusters, IPlatform } from '../tokens';
import { SETTINGS_ID } from './index';

/**
 * Register the fields of settings that the Settings Editor cannot render well
 * from their schema.
 *
 * @returns a disposable that cancels the request of the fields
 */
export function addSettingFields(
  registry: IFormRendererRegistry,
  clusters: IClusters,
  trans: TranslationBundle
): IDisposable {
  const add = (
    setting: string,
    fieldRenderer: (props: FieldProps) => JSX.Element | null
  ): void =>
    registry.addRenderer(`${SETTINGS_ID}.${setting}`, { fieldRenderer });
  const platforms = new Query<IPlatform[]>({ keep: true });
  const load = (): void => {
    platforms.clear();
    platforms.update('', () => clusters.platforms());
  };
  add('defaultPlatform', props => (
    <PlatformField {...{ ...props, platforms, load, trans }} />
  ));
  add('codeTemplate', props => <LinesField {...props} />);
  add('idleMinutes', props => <NumberField {...props} />);
  return platforms;
}

/**
 * A select field with the titles of the platforms.
 */
function PlatformField(
  props: FieldProps & {
    platforms: Query<IPlatform[]>;
    load: () => void;
    trans: TranslationBundle;
  }
): JSX.Element {
  const { idSchema, load, trans } = props;
  useSignal(props.platforms.settled);
  useEffect(load, [load]);
  const selected: string = props.formData ?? '';
  const platforms = props.platforms.value ?? [];
  const isKnown =
    selected === '' || platforms.some(platform => platform.name === selected);
  return (
    <Setting {...props}>
      <select
        id={idSchema.$id}
        className="form-control"
        value={selected}
        onChange={event => props.onChange(event.target.value)}
      >
        <option value="">
          {trans.__('Last used, or detected on this machine')}
        </option>
        {!isKnown && <option value={selected}>{selected}</option>}
        {platforms.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </Setting>
  );
}

/**
 * A text area for a list of lines.
 */
function LinesField(props: FieldProps): JSX.Element {
  const lines: string[] = props.formData ?? [];
  return (
    <Setting {...props} className="jp-FormGroup-contentItem">
      <textarea
        id={props.idSchema.$id}
        className="form-control"
        rows={Math.max(3, lines.length)}
        spellCheck={false}
        value={lines.join('\n')}
        onChange={event => props.onChange(event.target.value.split('\n'))}
      />
    </Setting>
  );
}

/**
 * A field for a number, whose title is its label for screen readers, too.
 */
function NumberField(props: FieldProps): JSX.Element {
  const { formData, idSchema, onChange, schema } = props;
  return (
    <Setting {...props} className="jp-FormGroup-contentItem">
      <input
        id={idSchema.$id}
        type="number"
        className="form-control"
        min={schema.minimum}
        max={schema.maximum}
        value={formData ?? ''}
        onChange={({ target: { value } }) =>
          onChange(value === '' ? undefined : Number(value))
        }
      />
    </Setting>
  );
}

/**
 * A setting: its title and its control.
 */
function Setting(
  props: Pick<FieldProps, 'idSchema' | 'schema'> & {
    className?: string;
    children: React.ReactNode;
  }
): JSX.Element {
  const { children, className = '', idSchema, schema } = props;
  return (
    <div className={`jp-ClusterLauncher-setting ${className}`.trim()}>
      <label htmlFor={idSchema.$id} className="jp-FormGroup-fieldLabel">
        {schema.title}
      </label>
      {children}
    </div>
  );
}
