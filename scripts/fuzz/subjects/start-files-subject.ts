import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings } from '../../../src/common/settings.js';
import type { ExecuteRequest__Output } from '../../../src/contract/generated/kfp/driver/v1/ExecuteRequest.js';
import type { ExecuteResponse } from '../../../src/contract/generated/kfp/driver/v1/ExecuteResponse.js';
import type { Engine } from '../../../src/server/engine.js';
import { makeCallFolder } from '../../../src/server/program-engine/call-folder.js';
import { driverTypeOf } from '../../../src/server/program-engine/driver-type-of.js';
import { exitToStatus } from '../../../src/server/program-engine/exit-to-status.js';
import { flagsOfProgram } from '../../../src/server/program-engine/flags-of-program.js';
import { createProgramEngine } from '../../../src/server/program-engine/program-engine.js';
import { programSettings } from '../../../src/server/program-engine/program-settings.js';
import { readAnswer } from '../../../src/server/program-engine/read-answer.js';
import { createRetryAfterWrite } from '../../../src/server/program-engine/retry-after-write.js';
import { type DriverOutput, type LeftFile, outputArgument, processArgument } from '../driver-output.js';
import { startSidecarBefore } from './start-sidecar-subject.js';
import type { Subject, SubjectParts } from './subject.js';

const programPath = fileURLToPath(
  new URL('../../../../scripts/fuzz/subjects/hostile-driver.sh', import.meta.url),
);
const fileFlags = [
  'execution_id_path',
  'iteration_count_path',
  'condition_path',
  'cached_decision_path',
  'pod_spec_patch_path',
];

/**
 * Sidecar and driver server, whose engine leaves what the request says, and reads it as the program engine does. Where
 * the request asks for a process, it is the program engine itself, with a program that leaves it.
 */
export async function startFilesSubject(parts: SubjectParts): Promise<Subject> {
  const outputs = join(parts.folder, 'outputs');
  await mkdir(outputs);
  execFileSync('mkfifo', [pipeIn(parts.folder)]);
  const withProcess = await createProcessEngine(parts, outputs);
  return startSidecarBefore(parts, {
    name: 'fuzz',
    drive: async (request, context) => {
      parts.onDrive();
      const output: DriverOutput = JSON.parse(request.extra_args?.[outputArgument] ?? '');
      if (request.extra_args?.[processArgument] === undefined) {
        return { response: await readLeft(request, output, parts.folder) };
      }
      const left = await mkdtemp(join(outputs, 'run-'));
      try {
        await leave(output, join(left, 'files'), pipeIn(parts.folder));
        await writeFile(join(left, 'stderr'), output.stderr);
        await writeFile(join(left, 'exit-code'), `${output.exitCode}`);
        const { [outputArgument]: _, [processArgument]: __, ...extra_args } = request.extra_args;
        return await withProcess.drive({ ...request, extra_args, task_name: left }, context);
      } finally {
        await rm(left, { recursive: true });
      }
    },
    close: () => withProcess.close(),
  });
}

async function createProcessEngine({ folder, logger }: SubjectParts, outputs: string): Promise<Engine> {
  const env = { PATH: process.env['PATH'] };
  const { values, faults } = readSettings(programSettings, {
    DRIVER_PROGRAM: programPath,
    WORK_DIR: folder,
    MAX_PROGRAMS: '4',
    // A root driver that failed would be driven again.
    ROOT_DRIVER_IDEMPOTENT: 'false',
    ML_PIPELINE_SERVER_ADDRESS: 'ml-pipeline.kubeflow',
    MLMD_SERVER_ADDRESS: '127.0.0.1',
  });
  if (faults.length > 0) {
    throw new Error(`${outputs}: ${faults.join('; ')}`);
  }
  const program = await flagsOfProgram(programPath, env);
  const watch = { outage: () => undefined, settled: async () => undefined, close: () => {} };
  return createProgramEngine(values, { program, env, logger, watch });
}

/** What the program engine does after the program's end. */
async function readLeft(
  request: ExecuteRequest__Output,
  output: DriverOutput,
  workDir: string,
): Promise<ExecuteResponse> {
  const type = driverTypeOf(request);
  const retryAfterWrite = createRetryAfterWrite(false);
  if (output.exitCode !== 0) {
    const { exitCode, stderr } = output;
    const end = { exitCode, signal: undefined, stoppedFor: undefined, kernelKilled: false, stderr };
    throw exitToStatus(
      { ...end, outputBytes: stderr.length, programMs: 1 },
      {
        type,
        version: 'KFP 2.17',
        timeoutMs: 1_000,
        maxMemoryBytes: 1 << 28,
        retryAfterWrite,
        pipelineName: request.pipeline_name ?? '',
        runId: request.run_id ?? '',
        authored: [request.pipeline_name ?? '', request.component ?? ''],
      },
    );
  }
  const folder = await makeCallFolder(workDir);
  try {
    await leave(output, folder.path, pipeIn(workDir));
    return await readAnswer(new Set(fileFlags), type, (name) => folder.read(name, 1 << 20), retryAfterWrite);
  } finally {
    await folder.remove();
  }
}

/** The one named pipe, of which each that is left is a link: only a process of its own can make one. */
function pipeIn(workDir: string): string {
  return join(workDir, 'pipe');
}

async function leave({ files }: DriverOutput, folder: string, pipe: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, file] of Object.entries(files)) {
    await leaveFile(join(folder, name), file, pipe);
  }
}

async function leaveFile(path: string, { kind, base64 }: LeftFile, pipe: string): Promise<void> {
  const content = Buffer.from(base64, 'base64');
  if (kind === 'folder') {
    await mkdir(path);
  } else if (kind === 'link') {
    await symlink(content.toString(), path);
  } else if (kind === 'pipe') {
    await link(pipe, path);
  } else {
    await writeFile(path, content);
  }
}
