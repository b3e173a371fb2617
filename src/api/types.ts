/**
 * Short names for the schemas of `server/openapi.yaml`, from which `schema.ts`
 * is generated when the extension is built. The schemas are described there.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

/** What a cluster is doing. */
export type State = Schemas['State'];

/** The bounds of an adaptive cluster. */
export type IAdapt = Schemas['Adapt'];

/** A platform, and whether clusters can be launched on it here. */
export type IPlatform = Schemas['Platform'];

/** The JSON Schema of the options of a platform, in the order to show. */
export type IOptionsSchema = Schemas['Options'];

/** The options of a platform, including those that its engine declares. */
export type IPlatformOptions = Schemas['PlatformOptions'];

/** A cluster of the user that was not started here and can be joined. */
export type IDiscoveredCluster = Schemas['Found'];

/** A batch job of a cluster. */
export type IJob = Schemas['Job'];

/** A single plot of a dashboard. */
export type IPlot = Schemas['Plot'];

/** The price of a core-hour. */
export type ICost = Schemas['Cost'];

/** A Dask cluster, as the server reports it. */
export type ICluster = Schemas['Cluster'];

/** The request that launches a cluster. */
export type ILaunch = Schemas['Launch'];

/** A launch with a name. */
export type IPreset = Schemas['Preset'];

/** What a preset says of a launch. */
export type IPresetRequest = Schemas['PresetRequest'];

/** What the environment of a kernel has. */
export type IKernel = Schemas['Kernel'];

/** The code that a launch would run. */
export type IPreview = Schemas['Preview'];

/** What the batch system says about a launch before anything is submitted. */
export type ICheck = Schemas['Check'];

/** When a launch would start, in one way to make it. */
export type IStart = Schemas['Start'];

/** A worker that is connected to its scheduler. */
export type IWorker = Schemas['Worker'];

/** A worker whose process was killed or crashed. */
export type IDeadWorker = Schemas['DeadWorker'];

/** The workers of a cluster one by one. */
export type IWorkerList = Schemas['WorkerList'];

/** The log of one worker or job. */
export type ILog = Schemas['Log'];

/** All logs of a cluster. */
export type ILogs = Schemas['Logs'];

/** An object with exactly one of the properties of `T`. */
type OneOf<T> = { [K in keyof T]-?: Required<Pick<T, K>> }[keyof T];

/** Exactly one change to a cluster. */
export type Change = OneOf<Schemas['Change']>;
