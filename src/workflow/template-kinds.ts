/** The members of a template that say what it runs; each has exactly one of them. */
export const templateKinds: readonly string[] = [
  'container',
  'containerSet',
  'dag',
  'data',
  'http',
  'plugin',
  'resource',
  'script',
  'steps',
  'suspend',
];
