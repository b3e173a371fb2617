import { NotebookPanel } from '@jupyterlab/notebook';
import {
  JSONExt,
  JSONObject,
  PartialJSONObject,
  PartialJSONValue
} from '@lumino/coreutils';
import { IAdapt, ICluster, IRequest } from '../tokens';
import { CELL_METADATA, hashOf } from './mark';

/** What a notebook does with its cluster by itself, off by default. */
export type Habit = 'connect_on_start' | 'stop_with_kernel';

/** The key of what belongs to single users of a notebook that several share. */
const USERS = 'users';

/** Read the part of the metadata of a notebook that is ours. */
function metadataOf(panel: NotebookPanel): PartialJSONObject {
  const value = panel.content.model?.sharedModel.getMetadata(CELL_METADATA);
  return isObject(value) ? value : {};
}

/** Read the part of these metadata that belongs to one user of a shared notebook. */
function ownOf(metadata: PartialJSONObject, user: string): PartialJSONObject {
  const users = metadata[USERS];
  const own = isObject(users) ? users[hashOf(user)] : undefined;
  return isObject(own) ? own : {};
}

/**
 * Change the part of the metadata of a notebook that is ours. Nothing happens, and
 * the notebook needs no saving, if it is that already.
 */
function change(panel: NotebookPanel, changes: PartialJSONObject): void {
  const old = metadataOf(panel);
  const metadata = merged(old, changes);
  const model = panel.content.model;
  if (model && !model.readOnly && !JSONExt.deepEqual(old as any, metadata)) {
    model.sharedModel.setMetadata(CELL_METADATA, metadata);
  }
}

/** Change what belongs to one user of a shared notebook. */
function changeOwn(
  panel: NotebookPanel,
  changes: PartialJSONObject,
  user: string
): void {
  const old = metadataOf(panel);
  const own = merged(ownOf(old, user), changes);
  const users = isObject(old[USERS]) ? old[USERS] : {};
  change(panel, { [USERS]: { ...users, [hashOf(user)]: own } });
}

/** Merge changes, of which undefined ones remove an entry. */
function merged(
  old: PartialJSONObject,
  changes: PartialJSONObject
): PartialJSONObject {
  const entries = Object.entries({ ...old, ...changes });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * Whether a notebook does something by itself.
 *
 * @param user - the user, where several share the notebook; null otherwise
 */
export function hasHabit(
  panel: NotebookPanel,
  habit: Habit,
  user: string | null = null
): boolean {
  const metadata = metadataOf(panel);
  return (user === null ? metadata : ownOf(metadata, user))[habit] === true;
}

/**
 * Set whether a notebook does something by itself.
 *
 * @param user - the user, where several share the notebook; null otherwise
 */
export function setHabit(
  panel: NotebookPanel,
  habit: Habit,
  isOn: boolean,
  user: string | null = null
): void {
  const changes = { [habit]: isOn || undefined };
  if (user === null) {
    change(panel, changes);
  } else {
    changeOwn(panel, changes, user);
  }
}

/**
 * Save what was requested for the cluster of a notebook. A cluster that was joined
 * was not requested: what the notebook has stays. In a notebook that several
 * share, each user has their own request, and the last one is there for all others.
 *
 * @param user - the user, where several share the notebook; null otherwise
 */
export function saveRequest(
  panel: NotebookPanel,
  cluster: ICluster,
  user: string | null = null
): void {
  const request = requestOf(cluster) as PartialJSONObject | null;
  if (!request) {
    return;
  }
  if (user !== null) {
    changeOwn(panel, { request }, user);
  }
  change(panel, { request });
}

/** What was requested for a cluster; null if it was joined. */
export function requestOf(cluster: ICluster): IRequest | null {
  const { adapt, joined, options, platform, platform_title: title } = cluster;
  if (joined) {
    return null;
  }
  const workers = cluster.workers.requested;
  return {
    ...{ platform, title },
    // None is what it was scaled to, not what a notebook needs.
    ...(adapt ? { adapt } : workers ? { workers } : {}),
    ...{ unit: cluster.unit, options: options as JSONObject }
  };
}

/**
 * Read what a notebook requests. Anybody may have written it.
 *
 * @param user - the user, where several share the notebook; null otherwise
 * @returns null if it requests nothing that can be understood
 */
export function requestIn(
  panel: NotebookPanel,
  user: string | null = null
): IRequest | null {
  const metadata = metadataOf(panel);
  const own = user === null ? undefined : ownOf(metadata, user).request;
  return parseRequest(own) ?? parseRequest(metadata.request);
}

/** Read a request; null if it cannot be understood. */
export function parseRequest(
  request: PartialJSONValue | undefined
): IRequest | null {
  if (!isObject(request) || typeof request.platform !== 'string') {
    return null;
  }
  const { options, platform, title, unit, workers } = request;
  const adapt = boundsOf(request.adapt);
  return {
    platform,
    title: typeof title === 'string' ? title : platform,
    ...(adapt ? { adapt } : {}),
    ...(isCount(workers) ? { workers } : {}),
    unit: unit === 'jobs' ? 'jobs' : 'workers',
    options: isObject(options) ? (options as JSONObject) : {}
  };
}

/** Whether a value is an object, and neither null nor a list. */
export function isObject(
  value: PartialJSONValue | undefined
): value is PartialJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a whole number, 0 or more. */
export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/**
 * Read the bounds of adaptive scaling; the lower one is 0 unless it can be read.
 *
 * @returns null if the upper one cannot be read
 */
function boundsOf(value: PartialJSONValue | undefined): IAdapt | null {
  if (!isObject(value) || !isCount(value.maximum)) {
    return null;
  }
  const { maximum, minimum } = value;
  const isBound = isCount(minimum) && minimum <= maximum;
  return { minimum: isBound ? minimum : 0, maximum };
}
