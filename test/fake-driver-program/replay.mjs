#!/usr/bin/env node
// Replays one recorded run of KFP's driver: checks that it is given the record's flags, in any order and output paths
// aside, then writes the record's files and stderr and ends as it ended. The record is the file REPLAY_RECORD, or the
// one in the folder REPLAY_RECORDS that is named by the flags (recordName). Other flags: exit code 3.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { flagsByVersion, loggingFlags } from './flags-by-version.mjs';
import { parseGoFlags } from './go-flags.mjs';

export const pathFlags = {
  'execution-id': 'execution_id_path',
  'iteration-count': 'iteration_count_path',
  condition: 'condition_path',
  'cached-decision': 'cached_decision_path',
  'pod-spec-patch': 'pod_spec_patch_path',
};

/** The flags that say what is driven: all but the output paths, sorted. */
export function inputsOf(argv) {
  return argv.filter((arg) => !/^--\w+_path=/.test(arg) || arg.startsWith('--ca_cert_path=')).sort();
}

/** File name of a record in REPLAY_RECORDS. */
export function recordName(argv) {
  return `${createHash('sha256')
    .update(JSON.stringify(inputsOf(argv)))
    .digest('hex')}.json`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  replay();
}

function replay() {
  const argv = process.argv.slice(2);
  const parsed = parseGoFlags([...flagsByVersion['2.17'], ...loggingFlags], argv, 'driver');
  if (parsed.exitCode !== undefined) {
    end(parsed.exitCode, parsed.stderr);
  }
  const { REPLAY_RECORD, REPLAY_RECORDS = '' } = process.env;
  const path = REPLAY_RECORD ?? join(REPLAY_RECORDS, recordName(argv));
  if (!existsSync(path)) {
    end(3, 'no run was recorded with these flags\n');
  }
  const record = JSON.parse(readFileSync(path, 'utf8'));
  const differing = difference(inputsOf(argv), inputsOf(record.argv));
  if (differing.length > 0) {
    end(3, `other flags: ${differing.map((arg) => arg.split('=')[0]).join(' ')}\n`);
  }
  for (const [name, content] of Object.entries(record.files)) {
    writeFileSync(parsed.values[pathFlags[name]], content);
  }
  end(record.rc, record.stderr);
}

function difference(one, other) {
  return [...one.filter((arg) => !other.includes(arg)), ...other.filter((arg) => !one.includes(arg))];
}

function end(exitCode, stderr) {
  writeSync(2, stderr);
  process.exit(exitCode);
}
