import { type JsonObject, listOf, objectOf } from '../common/json.js';
import type { ConvertOptions } from '../convert/convert-options.js';
import { isPodDriver, readDriver } from '../convert/read-driver.js';

/** What a workflow's driver templates say about where it comes from. */
export interface WorkflowFacts {
  /** Names of the pipelines: one, as far as KFP writes them. */
  readonly pipelines: readonly string[];
  /** Versions of KFP, like 2.17.0, as the tags of the drivers' images have them. */
  readonly kfpVersions: readonly string[];
}

export function factsOfWorkflow(workflow: JsonObject, options: ConvertOptions): WorkflowFacts {
  const drivers = listOf(objectOf(workflow['spec'])['templates'])
    .map(objectOf)
    .filter((template) => isPodDriver(template, options));
  const pipelines = drivers.map((template) => readDriver(template, options).flags.get('pipeline_name'));
  const versions = drivers.map((template) => versionOfImage(objectOf(template['container'])['image']));
  return { pipelines: distinct(pipelines), kfpVersions: distinct(versions) };
}

function distinct(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

/** The version in an image's tag; undefined where the tag is none, such as latest, or where there is only a digest. */
export function versionOfImage(image: unknown): string | undefined {
  const name = typeof image === 'string' ? image.replace(/@.*$/, '') : '';
  return /:v?(\d+\.\d+\.\d+)(?:[-.+_][^/:]*)?$/.exec(name)?.[1];
}
