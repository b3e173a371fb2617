import { JSONExt, ReadonlyJSONValue } from '@lumino/coreutils';
import { Query } from '../../api/query';
import { IRecent } from '../../settings/preferences';
import { IClusters, IPlatform, IPreset } from '../../tokens';
import { IForm, stillValid } from './choices';
import { changedOptions } from './schema';
import { Forms } from './forms';
import { LaunchQueries } from './queries';

/** A launch that fills in the form. */
export type IFilling = Pick<
  IPreset,
  'adapt' | 'options' | 'platform' | 'workers'
>;

/**
 * The launches that fill in the form: those with a name, and the last ones.
 */
export class Presets {
  constructor(private _parts: Presets.IParts) {
    this._all.settled.connect(this._parts.onChange);
  }

  /** Why a preset could not be deleted, for the user; null if it could. */
  error: string | null = null;

  /** The presets whose platform is offered. */
  get offered(): IPreset[] {
    return (this._all.value ?? []).filter(preset => this._platform(preset));
  }

  /** The last launches on platforms that are available, newest first. */
  get recent(): IFilling[] {
    return this._parts.recent().flatMap(launch => {
      const platform = this._platform(launch);
      return platform?.available && platform.launches
        ? [{ platform: platform.name, ...stillValid(platform, launch) }]
        : [];
    });
  }

  /** The preset that the form shows; null if it shows none. */
  current(platform: IPlatform): IPreset | null {
    return this.offered.find(one => this.isShown(one, platform)) ?? null;
  }

  /** Whether the form shows a launch, with this platform selected. */
  isShown(launch: IFilling, platform: IPlatform): boolean {
    const form = this._content(platform, this._parts.forms.get(platform));
    return (
      launch.platform === platform.name &&
      JSONExt.deepEqual(this._content(platform, this._form(launch)), form)
    );
  }

  /** Fill in the form as a launch says. */
  apply(launch: IFilling): void {
    const platform = this._platform(launch);
    if (platform) {
      this._parts.select(platform, this._form(launch));
    }
  }

  /** Save what the form shows. Rejects if the server refuses it. */
  async save(name: string, platform: IPlatform): Promise<void> {
    const { forms, clusters } = this._parts;
    const content = this._content(platform, forms.get(platform));
    this.error = null;
    await clusters.savePreset(name.trim(), {
      platform: platform.name,
      ...content
    });
    this._fetch();
  }

  /** Delete a preset of the user. Never rejects: see `error`. */
  async delete({ name }: IPreset): Promise<void> {
    this.error = null;
    try {
      await this._parts.clusters.deletePreset(name);
    } catch (error) {
      this.error = (error as Error).message;
    }
    this._fetch();
  }

  /** Request the presets, if they may have changed. */
  update(): void {
    const { clusters } = this._parts;
    this._all.update(
      String(this._changes),
      clusters.status === 'ready' ? () => clusters.presets() : null
    );
  }

  /** Cancel all requests. */
  dispose(): void {
    this._all.dispose();
  }

  /** Fetch the presets again, after a change. */
  private _fetch(): void {
    this._changes += 1;
    this.update();
    this._parts.onChange();
  }

  private _platform(launch: { platform: string }): IPlatform | undefined {
    const platforms = this._parts.queries.platforms.value ?? [];
    return platforms.find(({ name }) => name === launch.platform);
  }

  /** The values of the form for a launch, beside those that it does not have. */
  private _form({
    workers,
    adapt,
    options,
    platform
  }: IFilling): Partial<IForm> {
    const { suggested } = this._platform({ platform })!.workers;
    return {
      workers: workers ?? suggested,
      adapt: adapt && { minimum: 0, ...adapt },
      options: options as IForm['options']
    };
  }

  /** What a preset has of the form. */
  private _content(
    platform: IPlatform,
    { adapt, workers, options }: Partial<IForm>
  ): { [key: string]: ReadonlyJSONValue } {
    const schema = this._parts.queries.schema(platform);
    const changed = changedOptions(schema, options ?? {});
    if (adapt) {
      return { adapt: { ...adapt }, options: changed };
    }
    return platform.workers.from === null
      ? { workers: workers!, options: changed }
      : { options: changed };
  }

  private _all = new Query<IPreset[]>({ keep: true });
  private _changes = 0;
}

/** The types that belong to Presets. */
export namespace Presets {
  /** What presets are made of, and what they fill in. */
  export interface IParts {
    clusters: IClusters;
    forms: Forms;
    queries: LaunchQueries;
    /** Returns the last launches, newest first. */
    recent: () => ReadonlyArray<IRecent>;
    /** Selects a platform and changes its form. */
    select: (platform: IPlatform, form: Partial<IForm>) => void;
    /** Called when the presets or the error changed. */
    onChange: () => void;
  }
}
