import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAdminServer, text } from '../../src/admin/admin-server.js';
import { guardRoute } from '../../src/admin/guard-route.js';
import { collectLog } from '../support/collect-log.js';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

const cases: readonly (readonly [
  tokens: string | Error,
  authorization: string | undefined,
  status: number,
])[] = [
  ['good\n', 'Bearer good', 200],
  ['good\n', 'bearer good', 200],
  ['old\r\n new \n', 'Bearer new', 200],
  ['good', basic('operator:good'), 200],
  ['good', basic(':good'), 200],
  ['go:od', basic('operator:go:od'), 200],
  ['grün', basic('operator:grün'), 200],
  ['good', undefined, 401],
  ['good', '', 401],
  ['good', 'Bearer', 401],
  ['good', 'Bearer ', 401],
  ['good', 'Bearer goo', 401],
  ['good', 'Bearer goods', 401],
  ['good', 'Bearer good good', 401],
  ['good', 'good', 401],
  ['good', 'Digest good', 401],
  ['good', basic('good'), 401],
  ['good', basic('good:'), 401],
  ['good', basic('good:bad'), 401],
  ['good', 'Basic %%%', 401],
  ['a\nb', 'Bearer a\tb', 401],
  [' \n', basic('operator:'), 503],
  ['', 'Bearer good', 503],
  [new Error('ENOENT'), 'Bearer good', 503],
];
for (const [tokens, authorization, status] of cases) {
  const whose = tokens instanceof Error ? 'a file that is not there' : JSON.stringify(tokens);
  test(`"${authorization}" is answered with ${status} where the tokens are ${whose}`, async (t) => {
    let asked = 0;
    const route = () => {
      asked += 1;
      return text(200, 'the page');
    };
    const read = async () => {
      if (tokens instanceof Error) {
        throw tokens;
      }
      return tokens;
    };
    const routes = { '/': guardRoute(route, read) };
    const server = await startAdminServer({ host: '127.0.0.1', port: 0, routes, logger: collectLog() });
    t.after(() => server.close());
    const got = await fetch(server.address, {
      headers: authorization === undefined ? {} : { authorization },
    });
    assert.equal(got.status, status);
    assert.equal(asked, status === 200 ? 1 : 0);
    assert.equal(
      got.headers.get('www-authenticate'),
      status === 401 ? 'Basic realm="kfp-driver-server", charset="UTF-8"' : null,
    );
    assert.equal((await got.text()).includes('the page\n'), status === 200);
  });
}
