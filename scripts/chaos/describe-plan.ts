import type { Fault, Plan } from './fault-plan.js';

/** The whole schedule as text, in the order of time. */
export function describePlan(plan: Plan): string {
  const faults = [...plan.driverLane, ...plan.agentLane].sort((left, right) => left.atMs - right.atMs);
  const settings = Object.entries(plan.settings).map(([name, value]) => `${name}=${value}`);
  return [
    `seed ${plan.seed}: ${plan.tasks.length} tasks (${plan.shape}), ${plan.retries} retries a node`,
    plan.foreign === undefined ? 'no proxy' : `a foreign proxy: ${describe(plan.foreign)}`,
    `settings: ${settings.join(' ')}`,
    `driver: ${describe(plan.temper)}`,
    ...faults.map(describeFault),
    '',
  ].join('\n');
}

function describeFault({ atMs, kind, ...facts }: Fault): string {
  return `${(atMs / 1000).toFixed(1).padStart(6)} s  ${kind}  ${describe(facts)}`;
}

function describe(facts: object): string {
  const shown = Object.entries(facts).filter(([, value]) => value !== undefined);
  return shown
    .map(([name, value]) => (name === 'temper' ? describe(value) : `${name} ${[value].flat().join('/')}`))
    .join(', ');
}
