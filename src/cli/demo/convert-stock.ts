import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ConversionSummary } from '../../convert/conversion.js';
import { convertWorkflow } from '../../convert/convert-workflow.js';
import { editManifest } from '../../workflow/edit-manifest.js';
import { readManifest } from '../../workflow/read-manifest.js';

/** A stock workflow, converted. */
export interface ConvertedStock {
  /** As KFP's compiler writes it. */
  readonly stockFile: string;
  /** What is played. */
  readonly file: string;
  readonly summary: ConversionSummary;
}

/** Writes the file's conversion to the folder, under its own name. Throws an Error if it is left alone. */
export async function convertStock(stockFile: string, folder: string): Promise<ConvertedStock> {
  const text = await readFile(stockFile, 'utf8');
  const content = readManifest(text);
  const conversion = convertWorkflow(content);
  if (conversion.kind === 'left-alone') {
    const reasons = conversion.reasons.map(({ sentence }) => sentence).join('; ');
    throw new Error(`${stockFile} is left alone: ${reasons}`);
  }
  await mkdir(folder, { recursive: true });
  const file = join(folder, basename(stockFile));
  await writeFile(file, editManifest(text, content, conversion.workflow));
  return { stockFile, file, summary: conversion.summary };
}

/** What was done to it, for the demo's first lines. */
export function describeConversion({ stockFile, summary }: ConvertedStock): string {
  const { templates, parameters } = summary;
  return [
    `${basename(stockFile)}: as KFP's compiler writes it, with driver pods; converted before it is played`,
    ...templates.map(
      (name) => `  ${name}: container [driver, --type, ...] is now plugin {driver-plugin: ...}`,
    ),
    `  workflow parameters added: ${parameters.length}, for what is constant of each driver's arguments`,
    `  the whole of it: driver-plugin convert ${stockFile}`,
    '',
  ].join('\n');
}
