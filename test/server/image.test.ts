import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const image = readFileSync(join(root, 'Dockerfile.server'), 'utf8');
test('the image has what its script makes, by the Node.js that runs it', () => {
  assert.match(image, /^FROM \$\{RUNTIME_IMAGE\} AS runtime$/m);
  assert.match(image, /^COPY --from=runtime \/nodejs \/nodejs$/m);
  assert.match(image, /^RUN \/nodejs\/bin\/node scripts\/image-tree\.mjs server \/image$/m);
  assert.match(image, /^COPY --from=build \/image \.\/$/m);
});

test('a build of either image gets every file that it copies', () => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').trim().split('\n');
  assert.equal(ignored[0], '*');
  for (const file of ['Dockerfile', 'Dockerfile.server']) {
    const text = readFileSync(join(root, file), 'utf8');
    const copied = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    assert.deepEqual(copied.map((name) => `!${name}`).sort(), ignored.slice(1).sort(), file);
  }
});

test('what runs in the image has no shell and no package manager, and an init before it', () => {
  const last = image.slice(image.lastIndexOf('\nFROM '));
  assert.match(last, /^\nFROM \$\{RUNTIME_IMAGE\}\n/);
  assert.doesNotMatch(last, /^RUN /m);
  assert.match(last, /^ENTRYPOINT \["\/usr\/bin\/tini-static", "--", "\/nodejs\/bin\/node", /m);
  assert.match(image, /^ARG RUNTIME_IMAGE=gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/m);
});

test('every image can be given by its digest', () => {
  const bases = [...image.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  assert.deepEqual(
    bases.filter((base) => !/^\$\{[A-Z_]+_IMAGE\}$/.test(base ?? '')),
    [],
  );
});
