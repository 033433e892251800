import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAgent } from '../../../src/play/agent/agent.js';
import type { NodeResult } from '../../../src/play/agent/plugin-reply.js';
import { instantClock } from '../instant-clock.js';
import { reply } from '../small-workflow.js';

describe('The agent', () => {
  it('calls the plugin for 16 tasks at a time', async () => {
    let calls = 0;
    let most = 0;
    const results: (NodeResult | undefined)[] = [];
    await new Promise<void>((resolve) => {
      const post = async () => {
        calls += 1;
        most = Math.max(most, calls);
        await new Promise((go) => setImmediate(go));
        calls -= 1;
        return reply({ node: { phase: 'Succeeded' } });
      };
      const agent = createAgent(post, instantClock(), resolve);
      for (let task = 0; task < 50; task += 1) {
        agent.submit({ body: '{}', onPost: () => undefined, onResult: (result) => results.push(result) });
      }
    });
    assert.equal(results.length, 50);
    assert.equal(most, 16);
  });

  it('tells nothing more once it is stopped', async () => {
    const results: (NodeResult | undefined)[] = [];
    await new Promise<void>((resolve) => {
      const post = async () => {
        agent.stop();
        return reply({ node: { phase: 'Succeeded' } });
      };
      const agent = createAgent(post, instantClock(), resolve);
      agent.submit({ body: '{}', onPost: () => undefined, onResult: (result) => results.push(result) });
    });
    assert.deepEqual(results, []);
  });
});
