import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../../scripts/cluster/go/', import.meta.url));

/** Paths of the programs that a cluster takes. */
export interface Programs {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly helm: string;
  readonly kustomize: string;
}

interface GoProgram {
  /** Folder of its go.mod, below scripts/cluster/go. */
  readonly folder: string;
  readonly name: string;
  readonly module: string;
  readonly package: string;
  readonly linkFlags: (version: string) => string;
  readonly tags?: string;
}

const etcd: GoProgram = {
  folder: 'kubernetes',
  name: 'etcd',
  module: 'go.etcd.io/etcd/server/v3',
  package: 'go.etcd.io/etcd/server/v3',
  linkFlags: () => '-s -w',
};

const kubeApiserver: GoProgram = {
  folder: 'kubernetes',
  name: 'kube-apiserver',
  module: 'k8s.io/kubernetes',
  package: 'k8s.io/kubernetes/cmd/kube-apiserver',
  linkFlags: (version) => {
    const variable = (name: string, value = '') => `-X k8s.io/component-base/version.${name}=${value}`;
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    return `-s -w ${variable('gitVersion', version)} ${variable('gitMajor', major)} ${variable('gitMinor', minor)}`;
  },
};

const helm: GoProgram = {
  folder: 'helm',
  name: 'helm',
  module: 'helm.sh/helm/v3',
  package: 'helm.sh/helm/v3/cmd/helm',
  // Without them `helm template` renders for Kubernetes 1.20.
  linkFlags: (version) => {
    const variables = ['pkg/lint/rules', 'pkg/chartutil'].flatMap((name) => [
      `-X helm.sh/helm/v3/${name}.k8sVersionMajor=1`,
      `-X helm.sh/helm/v3/${name}.k8sVersionMinor=34`,
    ]);
    return `-s -w -X helm.sh/helm/v3/internal/version.version=${version} ${variables.join(' ')}`;
  },
};

const kustomize: GoProgram = {
  folder: 'kustomize',
  name: 'kustomize',
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
  package: 'sigs.k8s.io/kustomize/kustomize/v5',
  linkFlags: () => '-s -w',
};

const promtool: GoProgram = {
  folder: 'promtool',
  name: 'promtool',
  module: 'github.com/prometheus/prometheus',
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  linkFlags: () => '-s -w',
  // Without the clients of every cloud, which rules do not need.
  tags: 'remove_all_sd',
};

/** Where the programs are kept, by version: DRIVER_PLUGIN_CACHE, else the user's folder for caches. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base =
    env['DRIVER_PLUGIN_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'driver-plugin');
  return join(base, 'cluster');
}

/**
 * The programs, each built from the Go module proxy if the cache lacks its version: about three minutes on two cores
 * the first time. Rejects with Go's own words if a build fails.
 */
export async function preparePrograms(log: (line: string) => void): Promise<Programs> {
  await prepare([etcd, kubeApiserver, helm, kustomize], log);
  return {
    etcd: pathOf(etcd),
    kubeApiserver: pathOf(kubeApiserver),
    helm: pathOf(helm),
    kustomize: pathOf(kustomize),
  };
}

/** Path of Prometheus' promtool, built as the others are. */
export async function preparePromtool(log: (line: string) => void): Promise<string> {
  await prepare([promtool], log);
  return pathOf(promtool);
}

async function prepare(wanted: readonly GoProgram[], log: (line: string) => void): Promise<void> {
  const missing = wanted.filter((program) => !existsSync(pathOf(program)));
  for (const program of missing) {
    log(`building ${program.name} ${versionOf(program)} into ${pathOf(program)}`);
    await build(program);
  }
}

/** Whether there is a Go toolchain. */
export async function hasGo(): Promise<boolean> {
  return run('go', ['version']).then(
    () => true,
    () => false,
  );
}

/** The folder of a module at a version, downloaded from the Go module proxy, for what it has beside Go. */
export async function downloadModule(module: string, version: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@${version}`], {
    cwd: join(modules, 'helm'),
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

async function build(program: GoProgram): Promise<void> {
  const path = pathOf(program);
  const part = `${path}.part`;
  mkdirSync(join(path, '..'), { recursive: true });
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=${program.linkFlags(versionOf(program))}`,
    `-tags=${program.tags ?? ''}`,
  ];
  await run('go', ['build', ...flags, '-o', part, program.package], {
    cwd: join(modules, program.folder),
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
    maxBuffer: 64 << 20,
  });
  // Whole or not at all: a build that was cut must not look like a program.
  renameSync(part, path);
}

function pathOf(program: GoProgram): string {
  return join(cacheFolder(), `${program.name}-${versionOf(program)}`, program.name);
}

/** The version is go.mod's alone. */
function versionOf({ folder, module }: GoProgram): string {
  const text = readFileSync(join(modules, folder, 'go.mod'), 'utf8');
  const [, version] =
    new RegExp(`^(?:require)?\\s*${module.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(text) ?? [];
  if (version === undefined) {
    throw new Error(`${folder}/go.mod requires no ${module}`);
  }
  return version;
}
