import { NotebookPanel } from '@jupyterlab/notebook';
import {
  JSONExt,
  JSONObject,
  PartialJSONObject,
  PartialJSONValue
} from '@lumino/coreutils';
import { IAdapt, ICluster, IRequest } from '../tokens';
import { CELL_METADATA } from './cell';

/** What a notebook does with its cluster by itself, off by default. */
export type Habit = 'connect_on_start' | 'stop_with_kernel';

/** Read the part of the metadata of a notebook that is ours. */
function metadataOf(panel: NotebookPanel): PartialJSONObject {
  const value = panel.content.model?.sharedModel.getMetadata(CELL_METADATA);
  return isObject(value) ? value : {};
}

/**
 * Change the part of the metadata of a notebook that is ours. Nothing happens, and
 * the notebook needs no saving, if it is that already.
 */
function change(panel: NotebookPanel, changes: PartialJSONObject): void {
  const old = metadataOf(panel);
  const metadata = { ...old, ...changes };
  for (const [name, value] of Object.entries(metadata)) {
    if (value === undefined) {
      delete metadata[name];
    }
  }
  const model = panel.content.model;
  if (model && !model.readOnly && !JSONExt.deepEqual(old as any, metadata)) {
    model.sharedModel.setMetadata(CELL_METADATA, metadata);
  }
}

/** Whether a notebook does something by itself. */
export function hasHabit(panel: NotebookPanel, habit: Habit): boolean {
  return metadataOf(panel)[habit] === true;
}

/** Set whether a notebook does something by itself. */
export function setHabit(
  panel: NotebookPanel,
  habit: Habit,
  isOn: boolean
): void {
  change(panel, { [habit]: isOn || undefined });
}

/**
 * Save what was requested for the cluster of a notebook. A cluster that was joined
 * was not requested: what the notebook has stays.
 */
export function saveRequest(panel: NotebookPanel, cluster: ICluster): void {
  const request = requestOf(cluster);
  if (request) {
    change(panel, { request: request as unknown as PartialJSONObject });
  }
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
    ...(adapt ? { adapt } : { workers }),
    ...{ unit: cluster.unit, options: options as JSONObject }
  };
}

/**
 * Read what a notebook requests. Anybody may have written it.
 *
 * @returns null if it requests nothing that can be understood
 */
export function requestIn(panel: NotebookPanel): IRequest | null {
  const { request } = metadataOf(panel);
  if (!isObject(request) || typeof request.platform !== 'string') {
    return null;
  }
  const { adapt, options, platform, title, unit, workers } = request;
  return {
    platform,
    title: typeof title === 'string' ? title : platform,
    ...(isBounds(adapt) ? { adapt } : {}),
    ...(isCount(workers) ? { workers } : {}),
    unit: unit === 'jobs' ? 'jobs' : 'workers',
    options: isObject(options) ? (options as JSONObject) : {}
  };
}

function isObject(
  value: PartialJSONValue | undefined
): value is PartialJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isBounds(value: any): value is IAdapt {
  return isCount(value?.minimum) && isCount(value?.maximum);
}
