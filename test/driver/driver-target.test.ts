import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDriverTarget } from '../../src/driver/driver-target.js';

describe('DRIVER_HOST', () => {
  for (const [given, target, tls] of [
    ['kfp-driver-server.kubeflow', 'dns:///kfp-driver-server.kubeflow:9000', false],
    ['server:1234', 'dns:///server:1234', false],
    ['http://server', 'dns:///server:9000', false],
    ['http://server:80/', 'dns:///server:80', false],
    ['grpc://10.0.0.1', 'dns:///10.0.0.1:9000', false],
    ['https://server', 'dns:///server:9000', true],
    ['grpcs://server:443', 'dns:///server:443', true],
    ['[::1]:50', 'dns:///[::1]:50', false],
    ['dns:///server', 'dns:///server:9000', false],
    ['dns:///server:7', 'dns:///server:7', false],
    ['ipv4:10.0.0.1:1,10.0.0.2:2', 'ipv4:10.0.0.1:1,10.0.0.2:2', false],
    ['unix:/run/driver.sock', 'unix:/run/driver.sock', false],
  ] as const) {
    it(`reads ${given}`, () => {
      assert.deepEqual(parseDriverTarget(given, 9000), { target, tls });
    });
  }

  for (const given of [
    '',
    'ftp://server',
    'http://',
    'http://server/path',
    'a b',
    'server:99999',
    'server:',
    'user@server',
  ]) {
    it(`refuses "${given}"`, () => {
      assert.equal(parseDriverTarget(given, 9000), undefined);
    });
  }
});
