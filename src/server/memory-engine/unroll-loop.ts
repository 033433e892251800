import type { JsonObject } from '../../common/json.js';
import { at, type Json, parseJson } from './parse-spec.js';
import type { Inputs } from './resolve-inputs.js';

/** What a DAG is once its iterator has been looked at. */
export interface Unrolled {
  /** Iterations of a ParallelFor, 0 for what is none; undefined where its list is not known here. */
  readonly iterationCount?: number;
  /** The DAG's inputs, an iteration's item or a loop's list among them. */
  readonly inputs: Inputs;
}

/**
 * Counts a ParallelFor's iterations, or picks one iteration's item, as
 * https://github.com/kubeflow/pipelines/blob/master/backend/src/v2/driver/dag.go does: an iteration iterates no more.
 */
export function unrollLoop(
  task: JsonObject | undefined,
  iterationIndex: number,
  inputs: Inputs,
  parentInputs: Inputs,
): Unrolled {
  if (at(task, 'artifactIterator') !== undefined) {
    return iterationIndex < 0 ? { inputs } : { iterationCount: 0, inputs };
  }
  const iterator = at(task, 'parameterIterator');
  if (iterator === undefined) {
    return { iterationCount: 0, inputs };
  }
  const itemInput = at(iterator, 'itemInput');
  if (iterationIndex >= 0) {
    // The parent of an iteration is the loop itself, whose inputs hold the list under the item's name.
    const list = listOf(parentInputs.get(String(itemInput)));
    return { iterationCount: 0, inputs: withInput(parentInputs, itemInput, list?.[iterationIndex]) };
  }
  const list = listOfItems(at(iterator, 'items'), inputs);
  if (list === undefined) {
    return { inputs };
  }
  return { iterationCount: list.length, inputs: withInput(inputs, itemInput, list) };
}

function listOfItems(items: Json, inputs: Inputs): Json[] | undefined {
  const raw = at(items, 'raw');
  if (raw !== undefined) {
    return listOf(raw);
  }
  const name = at(items, 'inputParameter');
  return typeof name === 'string' ? listOf(inputs.get(name)) : undefined;
}

/** A list, or the JSON text of one: KFP passes lists as either. */
function listOf(value: Json): Json[] | undefined {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return Array.isArray(parsed) ? parsed : undefined;
}

function withInput(inputs: Inputs, name: Json, value: Json): Inputs {
  const all = new Map(inputs);
  if (typeof name !== 'string') {
    return all;
  }
  if (value === undefined) {
    all.delete(name);
  } else {
    all.set(name, value);
  }
  return all;
}
