import type { ConvertedDocument } from './convert-text.js';
import type { PendingBytes } from './pending-bytes.js';

/** What became of one file; `fault` instead of documents where it could not be read or written. */
export interface ConvertedFile {
  readonly file: string;
  readonly documents: readonly ConvertedDocument[];
  readonly fault?: string;
}

/** The report for people. */
export function toText(files: readonly ConvertedFile[]): string {
  const lines = files.flatMap(({ file, documents, fault }) =>
    fault === undefined
      ? documents.flatMap((document) => linesOf(file, documents.length, document))
      : [`${file}: ${fault}`],
  );
  const all = files.flatMap(({ documents }) => documents);
  const converted = all.filter(({ conversion }) => conversion.kind === 'converted').length;
  const total = `${converted} of ${all.length} workflows converted`;
  return [...lines, files.length === 1 && all.length === 1 ? '' : total]
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(file: string, siblings: number, { name, conversion, pending }: ConvertedDocument): string[] {
  const head = siblings === 1 ? file : `${file} (${name})`;
  if (conversion.kind === 'left-alone') {
    return conversion.reasons.map(({ sentence }) => `${head}: left alone: ${sentence}`);
  }
  const { templates, podTemplates, parameters, missed, savedPods } = conversion.summary;
  const loops = Object.entries(savedPods.perIteration);
  return [
    `${head}: converted ${templates.join(', ')}`,
    `  driver pods saved: ${savedPods.perRun} per run${loops.map(([loop, pods]) => `, ${pods} per iteration of ${loop}`).join('')}`,
    ...(parameters.length > 0 ? [`  workflow parameters added: ${parameters.length}`] : []),
    ...(pending === undefined ? [] : [`  ${describePending(pending)}`]),
    ...podTemplates.map((template) => `  stays a pod for exit hooks: ${template}`),
    ...missed.map((sentence) => `  note: ${sentence}`),
  ];
}

function describePending(pending: PendingBytes): string {
  return 'unknown' in pending
    ? `largest moment in the task set: unknown (${pending.unknown})`
    : `largest moment in the task set: ${pending.converted} bytes (by value ${pending.byValue}; loops of unknown length counted once)`;
}

/** The same for programs. */
export function toJsonReport(files: readonly ConvertedFile[]): string {
  const report = files.map(({ file, documents, fault }) => ({
    file,
    ...(fault === undefined ? {} : { fault }),
    workflows: documents.map(({ name, conversion, pending }) => ({
      name,
      ...(conversion.kind === 'converted'
        ? { converted: conversion.summary, ...(pending === undefined ? {} : { pendingBytes: pending }) }
        : { leftAlone: conversion.reasons }),
    })),
  }));
  return `${JSON.stringify({ files: report }, null, 2)}\n`;
}
