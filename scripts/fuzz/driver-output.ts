/** What a driver program may leave under the name of one of its files. */
export interface LeftFile {
  readonly kind: 'file' | 'folder' | 'link' | 'pipe';
  /** Contents, base64; of a link where it points. */
  readonly base64: string;
}

/** Everything that a run of the driver program leaves. */
export interface DriverOutput {
  readonly exitCode: number;
  readonly stderr: string;
  readonly files: Readonly<Record<string, LeftFile>>;
}

/** The extra argument in which an output travels to the engine of the test. */
export const outputArgument = 'fuzz_output';
/** Its value where the output is to be left by a process that is started for it. */
export const processArgument = 'fuzz_process';
