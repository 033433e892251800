import { check, fault, well } from '../check.js';
import { keysAt } from '../kubernetes/read-object.js';
import { installChart } from './chart-commands.js';

/** Fields of a container in Kubernetes 1.24, whose API Argo 3.4 was compiled with: it refuses any other. */
const knownFields = [
  'name',
  'image',
  'command',
  'args',
  'workingDir',
  'ports',
  'envFrom',
  'env',
  'resources',
  'volumeMounts',
  'volumeDevices',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'stdinOnce',
  'tty',
];

/** Argo drops a plugin that it refuses with one line in the controller's log, and no word to anybody else. */
export const pluginForm = check({
  id: 'plugin-form',
  category: "The plugin's ConfigMap",
  well: 'Argo takes the container: it has a port, resources and a securityContext',
  severity: 'error',
  when: 'after',
  remedy: installChart,
  needs: ['container'],
  probe: async ({ container: { container } }) => {
    const lacks = [
      ['name', container['name'] === undefined],
      ['image', container['image'] === undefined],
      ['ports', !Array.isArray(container['ports']) || container['ports'].length === 0],
      ['resources.requests', keysAt(container, 'resources', 'requests').length === 0],
      ['resources.limits', keysAt(container, 'resources', 'limits').length === 0],
      ['securityContext', container['securityContext'] === undefined],
    ] as const;
    const missing = lacks.filter(([, isMissing]) => isMissing).map(([field]) => field);
    const unknown = Object.keys(container).filter((field) => !knownFields.includes(field));
    const faults = [
      ...(missing.length === 0 ? [] : [`it lacks ${missing.join(', ')}`]),
      ...(unknown.length === 0 ? [] : [`it has ${unknown.join(', ')}, which Argo 3.4 does not know`]),
    ];
    return faults.length === 0 ? well() : fault(`Argo refuses the container: ${faults.join('; ')}`);
  },
});
