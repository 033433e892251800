import { containerArguments, templateBody } from '../../../test/support/templates.js';

/** Bodies as Argo's agent POSTs them, of one size. */
export interface TaskBodies {
  /** The next one of a connection, good until the connection asks for another. */
  next(connection: number): Buffer;
}

const kb = 1000;
/** Sizes by the names that the tables use. */
export const bodySizes = { '2 KB': 2 * kb, '8 KB': 8 * kb, '100 KB': 100 * kb, '1 MB': 1000 * kb } as const;

const digits = 12;
const placeholder = `task-${'0'.repeat(digits)}`;
let tasks = 0;

/**
 * Each body is a task of its own. Each connection has a workflow of its own, because 16 templates of 1 MB do not fit into
 * the task set of one: Argo would never have them POSTed. `uid` begins the uids of these workflows.
 */
export function distinctTasks(bytes: number, connections: number, uid = 'uid'): TaskBodies {
  const bodies = Array.from({ length: connections }, (_, at) => bodyOf(bytes, `${uid}-${at}`));
  const at = bodies.map((body) => body.indexOf(placeholder) + placeholder.length - digits);
  return {
    next: (connection) => {
      const body = bodies[connection] ?? Buffer.alloc(0);
      tasks += 1;
      body.write(String(tasks).padStart(digits, '0'), at[connection] ?? 0, 'latin1');
      return body;
    },
  };
}

/** Every body of a connection is the same task, byte for byte. */
export function repeatedTask(bytes: number, connections: number): TaskBodies {
  const distinct = distinctTasks(bytes, connections);
  const bodies = Array.from({ length: connections }, (_, connection) => distinct.next(connection));
  return { next: (connection) => bodies[connection] ?? Buffer.alloc(0) };
}

/** A container driver's task, with a component as large as it takes: JSON within a text, full of quotes, as KFP has it. */
function bodyOf(bytes: number, uid: string): Buffer {
  const build = (parameters: number, filler: number) => {
    const names = Array.from({ length: parameters }, (_, at) => [
      `parameter_${at}`,
      { parameterType: 'STRING' },
    ]);
    const inputDefinitions = { parameters: Object.fromEntries(names) };
    const component = JSON.stringify({ executorLabel: 'exec', inputDefinitions, filler: 'x'.repeat(filler) });
    const { template } = templateBody({ ...containerArguments, task_name: placeholder, component });
    const metadata = { name: 'bench', namespace: 'kubeflow', uid };
    return Buffer.from(JSON.stringify({ workflow: { metadata }, template }));
  };
  const least = build(0, 0).length;
  const each = (build(100, 0).length - least) / 100;
  const parameters = Math.max(0, Math.floor(((bytes - least) / each) * 0.9));
  return build(parameters, Math.max(0, bytes - build(parameters, 0).length));
}
