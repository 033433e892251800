import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { credentials, Metadata } from '@grpc/grpc-js';
import express from 'express';
import { driverServiceOf, loadContract } from '../../../src/contract/service-definition.js';
import { sayListening } from './say-listening.js';

// Express and grpc-js with nothing between: no token, no check, no ledger, no log. What the sidecar adds is ours.
const DriverService = driverServiceOf(loadContract());
const driver = new DriverService(process.env['DRIVER_HOST'] ?? '', credentials.createInsecure());
const app = express();
app.use(express.json({ limit: '16mb' }));
app.post('/api/v1/template.execute', (request, response) => {
  const { workflow, template } = request.body;
  const { type, ...args } = template.plugin['driver-plugin'].args;
  const call = {
    request_id: randomUUID(),
    workflow: workflow.metadata,
    type: `DRIVER_TYPE_${type}`,
    ...args,
  };
  driver.execute(call, new Metadata(), { deadline: Date.now() + 120_000 }, (error, answer) => {
    if (error !== null || answer === undefined) {
      response.json({ node: { phase: 'Error', message: `${error?.details}` } });
      return;
    }
    const parameters = [
      { name: 'pod-spec-patch', value: answer.pod_spec_patch },
      { name: 'cached-decision', value: `${answer.cached}` },
      { name: 'condition', value: answer.condition === undefined ? 'nil' : `${answer.condition}` },
    ];
    response.json({ node: { phase: 'Succeeded', message: 'driver done', outputs: { parameters } } });
  });
});
const server = createServer(app);
server.listen(Number(process.env['SERVER_PORT']), '127.0.0.1', () => sayListening('http://', server));
