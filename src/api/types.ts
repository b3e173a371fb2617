/**
 * What the server answers and what it is sent: openapi.yaml in TypeScript.
 */
import { JSONObject, ReadonlyJSONObject } from '@lumino/coreutils';

/** What a cluster is doing, in the server's words. */
export type State =
  | 'starting'
  | 'running'
  | 'closing'
  | 'closed'
  | 'failed'
  | 'lost'
  | 'elsewhere';

/** Bounds within which a cluster follows its load. */
export interface IAdapt {
  /** The fewest workers. */
  minimum: number;
  /** The most workers; there is always one. */
  maximum: number;
}

/** A kind of place to run, as the server describes it. */
export interface IPlatform {
  name: string;
  title: string;
  description: string;
  /** Whether a cluster can start here. */
  available: boolean;
  /** Why not, in one sentence. */
  reason: string | null;
  /** Whether this machine was recognised as this platform. */
  detected: boolean;
  /** Whether encryption is on unless switched off. */
  tls: boolean;
  workers: { title: string; default: number; minimum: number; maximum: number };
  /** Whether the cluster can follow its load. */
  adaptive: boolean;
  /** JSON Schema (draft 7) of the options, in the order to show. */
  options: ReadonlyJSONObject;
  /** Who must be asked for the options, when the platform file cannot say. */
  options_from: string | null;
  /** The batch system behind the platform, if there is one. */
  queue: string | null;
  /** Whether clusters made elsewhere can be found and adopted. */
  finds: boolean;
}

/** A cluster of this person that was made elsewhere. */
export interface IFound {
  id: string;
  title: string;
  description: string;
}

/** One batch job, in the batch system's own words. */
export interface IJob {
  id: string;
  state: string;
  reason: string | null;
  exit_code: string | number | null;
}

/** A plot of the dashboard that stands on its own. */
export interface IPlot {
  name: string;
  title: string;
}

/** What an administrator said that cores cost. */
export interface ICost {
  per_core_hour: number;
  currency: string;
}

/** One Dask cluster, as the server last reported it. */
export interface ICluster {
  id: string;
  name: string;
  platform: string;
  platform_title: string;
  kernel_name: string | null;
  state: State;
  /** One sentence about the state; the step while starting; empty if none. */
  message: string;
  /** ISO 8601, UTC. */
  created: string;
  workers: { requested: number; ready: number; queued: number; failed: number };
  adapt: IAdapt | null;
  cores: number;
  /** Bytes. */
  memory: number;
  /**
   * Core-hours until `since`, from when on `cores` are to be added; null where
   * nobody pays or queues for them.
   */
  spent: {
    core_hours: number;
    since: string | null;
    cost: ICost | null;
  } | null;
  /** `cpu` is 0 to 1 of all cores, `memory` is bytes in use. */
  usage: { cpu: number; memory: number; tasks: number } | null;
  address: string | null;
  tls: boolean;
  dashboard_url: string | null;
  /** `connect` is null until it can work. */
  code: { create: string; connect: string | null };
  keep_running: boolean;
  /** Whether an existing cluster was joined, so that it is not ours to end. */
  joined: boolean;
  /** ISO 8601: when the walltime ends. */
  expires: string | null;
  /** `timeout` in seconds; `closes_at` is ISO 8601, null while busy. */
  idle: { timeout: number; closes_at: string | null } | null;
  /** What the queue says, in one phrase. */
  queue: string | null;
  jobs: IJob[];
  /** What the scheduler runs, by package; empty until it is known. */
  versions: { [name: string]: string };
  warnings: string[];
}

/** What a person asks for when launching. */
export interface ILaunch {
  platform: string;
  workers?: number;
  adapt?: IAdapt;
  options?: JSONObject;
  tls?: boolean;
  kernel_name?: string;
  /** The folder to run in, relative to the server's root. */
  cwd?: string;
  name?: string;
  keep_running?: boolean;
  /** Seconds without work before the cluster closes; null for never. */
  idle_timeout?: number | null;
  /** A cluster made elsewhere, to take over instead of making one. */
  adopt?: string;
}

/** The code that a launch would run. */
export interface ICode {
  create: string;
  summary: string | null;
  warnings: string[];
}

/** What a batch system says before anything is submitted. */
export interface ICheck {
  ok: boolean;
  job_script: string | null;
  verdict: string | null;
  warnings: string[];
}

/** The log of one worker or job. */
export interface ILog {
  id: string;
  title: string;
  text: string;
}

/** Everything a cluster wrote. */
export interface ILogs {
  launch: string;
  scheduler: string;
  workers: ILog[];
  jobs: ILog[];
}

/** Exactly one change to a cluster. */
export type Change =
  | { workers: number }
  | { adapt: IAdapt }
  | { name: string }
  | { keep_running: boolean }
  | { idle_timeout: number | null }
  | { keep: true };
