import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { driverServiceOf, loadContract } from '../../src/contract/service-definition.js';

// The least that grpc-js can be: Execute answers nothing at once, beside health. What it costs a caller's attack costs
// whatever is built on grpc-js. Writes its address.

const server = new Server();
server.addService(driverServiceOf(loadContract()).service, {
  Execute: (_call: unknown, callback: (error: null, answer: object) => void) => callback(null, {}),
});
new HealthImplementation({ '': 'SERVING' }).addToServer(server);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    throw error;
  }
  process.stdout.write(`127.0.0.1:${port}\n`);
});
