import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const image = readFileSync(join(root, 'Dockerfile.server'), 'utf8');
const built = join(root, 'dist/src');

/** What the program's file reaches by its imports: files below dist/src, and packages. */
function reach(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) {
      return;
    }
    files.add(file);
    const text = readFileSync(join(built, file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:\bfrom |^import |\bimport\()'([^']+)'/gm)) {
      if (specifier.startsWith('.')) {
        visit(relative(built, resolve(built, dirname(file), specifier)));
      } else if (!specifier.startsWith('node:')) {
        packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
      }
    }
  };
  visit(entry);
  return { files, packages };
}

const program = reach('server/main.js');
const { server } = JSON.parse(readFileSync(join(root, 'scripts/images.json'), 'utf8'));

test('the image has every folder that the program imports from, and no other', () => {
  assert.match(image, /^RUN node scripts\/image-tree\.mjs server \/image$/m);
  assert.match(image, /^COPY --from=build \/image \.\/$/m);
  const folders = new Set([...program.files].map((file) => file.split('/')[0]));
  assert.deepEqual([...folders].sort(), [...server.keep].sort());
});

test('the image leaves out the dev-driver and packages that the program does not import', () => {
  assert.deepEqual(server.leaveOut, ['server/dev-driver']);
  assert.deepEqual(
    [...program.files].filter((file) => file.includes('dev-driver')),
    [],
  );
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const kept = Object.keys(dependencies).filter((name) => !server.packagesOut.includes(name));
  assert.deepEqual([...program.packages].sort(), kept.sort());
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
