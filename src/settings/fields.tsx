import { TranslationBundle } from '@jupyterlab/translation';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import React from 'react';
import { IClusters } from '../tokens';
import { useAnswer } from '../components/hooks';

/**
 * Settings that JupyterLab's Settings Editor cannot show well by their schema.
 *
 * @param plugin - whose settings they are
 */
export function addSettingFields(
  registry: IFormRendererRegistry,
  plugin: string,
  clusters: IClusters,
  trans: TranslationBundle
): void {
  const add = (
    setting: string,
    fieldRenderer: (props: FieldProps) => JSX.Element | null
  ): void => registry.addRenderer(`${plugin}.${setting}`, { fieldRenderer });
  add('defaultPlatform', props => (
    <PlatformField {...props} clusters={clusters} trans={trans} />
  ));
  add('codeTemplate', props => <LinesField {...props} />);
  // Nothing for a person to edit; the sidebar keeps it.
  add('lastChoices', () => null);
  add('lastPlatforms', () => null);
}

/**
 * One of the platforms that there are, by its title.
 */
function PlatformField(
  props: FieldProps & { clusters: IClusters; trans: TranslationBundle }
): JSX.Element {
  const { clusters, idSchema, schema, trans } = props;
  const chosen: string = props.formData ?? '';
  const { value } = useAnswer(() => clusters.platforms(), '');
  const platforms = value ?? [];
  const isKnown =
    chosen === '' || platforms.some(platform => platform.name === chosen);
  return (
    <div className="jp-ClusterLauncher-setting">
      <label htmlFor={idSchema.$id} className="jp-FormGroup-fieldLabel">
        {schema.title}
      </label>
      <select
        id={idSchema.$id}
        className="form-control"
        value={chosen}
        onChange={event => props.onChange(event.target.value)}
      >
        <option value="">
          {trans.__('Launched last, or recognised on this machine')}
        </option>
        {!isKnown && <option value={chosen}>{chosen}</option>}
        {platforms.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

/**
 * Lines of text, to be written as such.
 */
function LinesField(props: FieldProps): JSX.Element {
  const { idSchema, schema } = props;
  const lines: string[] = props.formData ?? [];
  return (
    <div className="jp-ClusterLauncher-setting jp-FormGroup-contentItem">
      <label htmlFor={idSchema.$id} className="jp-FormGroup-fieldLabel">
        {schema.title}
      </label>
      <textarea
        id={idSchema.$id}
        className="form-control"
        rows={Math.max(3, lines.length)}
        spellCheck={false}
        value={lines.join('\n')}
        onChange={event => props.onChange(event.target.value.split('\n'))}
      />
    </div>
  );
}
