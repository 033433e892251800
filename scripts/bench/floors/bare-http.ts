import { createServer } from 'node:http';
import { sayListening } from './say-listening.js';

// The least that Node.js takes to answer HTTP: no framework, no gRPC, no log.
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('Content-Type', 'application/json');
    response.end('{"node":{"phase":"Succeeded"}}');
  });
});
server.listen(Number(process.env['SERVER_PORT']), '127.0.0.1', () => sayListening('http://', server));
