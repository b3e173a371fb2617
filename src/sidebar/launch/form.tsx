import { ReadonlyJSONObject } from '@lumino/coreutils';
import React, { useState } from 'react';
import {
  changedOptions,
  IForm,
  initialForm,
  placeOf,
  preselect,
  toLaunch
} from './choices';
import { ILaunch, IPlatform } from '../../tokens';
import { ISidebarContext } from '../context';
import { useKernel } from './environment';
import { Fold, SelectField, TextField } from '../../components/fields';
import { FoundClusters } from './discovered';
import { useAnswer, useSignal } from '../../components/hooks';
import { Lifetime } from './lifetime';
import { Options, OptionsPending } from './options';
import { PlatformPicker } from './platform';
import { Preview } from './preview';
import { WorkersFields } from './workers';

const NO_OPTIONS: ReadonlyJSONObject = {};

/** What the form is given. */
export interface ILaunchFormProps {
  context: ISidebarContext;
  platforms: ReadonlyArray<IPlatform>;
  /** The environment that was chosen, null to follow the notebook. */
  kernel: ReturnType<typeof useKernel>;
}

/**
 * The form that starts a cluster.
 */
export function LaunchForm(props: ILaunchFormProps): JSX.Element {
  const { context, platforms, kernel } = props;
  const { clusters, preferences, trans } = context;
  useSignal(context.notebooks?.changed);
  useSignal(preferences.changed);
  const [chosen, setChosen] = useState<string | null>(null);
  const [forms, setForms] = useState<{ [platform: string]: IForm }>({});
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  const place = placeOf(platforms);
  const platform = preselect(
    platforms,
    chosen,
    preferences.defaultPlatform,
    preferences.lastPlatform(place)
  );
  const asked = useAnswer(
    platform?.options_from && platform.available
      ? () => clusters.options(platform.name, kernel.name)
      : null,
    `${platform?.name} ${kernel.name} ${attempt}`
  );
  if (platform === null) {
    return (
      <p className="jp-ClusterLauncher-empty">
        {trans.__(
          'No platform is installed. Ask the administrator, or run "jupyter cluster-launcher platforms" in a terminal to see what is wrong.'
        )}
      </p>
    );
  }

  const form = forms[platform.name] ?? initialForm(platform, preferences);
  const schema = platform.options_from
    ? (asked.value ?? NO_OPTIONS)
    : platform.options;
  const update = (changes: Partial<IForm>): void => {
    setForms(all => ({
      ...all,
      [platform.name]: { ...form, ...changes }
    }));
  };
  const launch = toLaunch(platform, form, schema, {
    kernel_name: kernel.name,
    cwd: folderOf(context.notebooks?.current?.path),
    name
  });
  const ready =
    platform.available && (!platform.options_from || asked.value !== null);

  const start = async (request: ILaunch): Promise<void> => {
    const panel = context.notebooks?.panel ?? null;
    setBusy(true);
    setError(null);
    try {
      const cluster = await clusters.launch(request);
      setName('');
      context.onLaunched(cluster, panel);
      const choices = {
        ...form,
        options: changedOptions(schema, form.options)
      };
      await preferences.remember(platform.name, choices, place);
    } catch (reason) {
      setError((reason as Error).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="jp-ClusterLauncher-launch"
      aria-label={trans.__('Start a cluster')}
      onSubmit={event => {
        event.preventDefault();
        void start(launch);
      }}
    >
      <PlatformPicker
        platforms={platforms}
        selected={platform}
        onSelect={choice => {
          setChosen(choice.name);
          setError(null);
        }}
        trans={trans}
      />
      <WorkersFields
        platform={platform}
        form={form}
        onChange={update}
        trans={trans}
      />
      <SelectField
        label={trans.__('Environment')}
        value={kernel.choice}
        choices={kernel.choices}
        onChange={kernel.choose}
      />
      {platform.options_from && (
        <OptionsPending
          answer={asked}
          onRetry={() => setAttempt(attempt + 1)}
          trans={trans}
        />
      )}
      <Options
        {...{ context, schema }}
        key={platform.name}
        values={form.options}
        prefix={platform.name}
        onChange={options => update({ options })}
      />
      <Fold name="lifetime" label={trans.__('Name, lifetime, encryption')}>
        <TextField
          label={trans.__('Name')}
          value={name}
          placeholder={trans.__('Chosen for you')}
          onChange={setName}
        />
        <Lifetime
          platform={platform}
          form={form}
          onChange={update}
          trans={trans}
        />
      </Fold>
      {ready && (
        <Preview
          clusters={clusters}
          launch={launch}
          platform={platform}
          trans={trans}
        />
      )}
      {platform.finds && platform.available && (
        <FoundClusters
          clusters={clusters}
          kernelName={kernel.name}
          platform={platform}
          onAdopt={id => start({ ...launch, adopt: id })}
          trans={trans}
        />
      )}
      {error !== null && (
        <p role="alert" className="jp-ClusterLauncher-error">
          {error}
        </p>
      )}
      <button
        type="submit"
        className="jp-ClusterLauncher-launchButton jp-mod-styled jp-mod-accept"
        disabled={!ready || busy}
      >
        {busy ? trans.__('Launching…') : trans.__('Launch')}
      </button>
    </form>
  );
}

/** The folder of a path; undefined without one. */
function folderOf(path: string | undefined): string | undefined {
  return path?.split('/').slice(0, -1).join('/');
}
