import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isQuotable, toQuotableJson } from '../../src/argo/quotable.js';

const scotland = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}';

/** Texts with characters that Go quotes in a way that is no JSON. */
const hard = {
  'the flag of Scotland, which is made of tags': scotland,
  'a private use plane': '\u{f0000}\u{10fffd}',
  'an emoji of Unicode 15': '\u{1fae8}',
  'an emoji of Unicode 14': '\u{1f979}',
  'an ideograph of Unicode 15': '\u{31350}',
  'an ideograph of Unicode 16 or newer': '\u{323b0}',
  'what is not assigned': '\u{1ffff}\u{e0fff}',
  DEL: 'a\u007fb',
};

const easy = [
  'plain',
  '"\\\n\t\b\f\r',
  '\u0085\u200b\ue000\ufffd',
  '漢字',
  '\u{1f600}\u{1f9ad}',
  '\u{2070e}',
];

/** What strconv.Quote itself makes of the texts. */
function areQuotedAsJson(texts: readonly string[]): boolean[] {
  const cwd = fileURLToPath(new URL('../../../scripts/peers/quote', import.meta.url));
  const input = texts.map((text) => `${JSON.stringify(text)}\n`).join('');
  const { status, stdout, stderr } = spawnSync('go', ['run', '.'], { cwd, input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line === 'true');
}

const go = { skip: spawnSync('go', ['version']).error === undefined ? false : 'needs Go, and there is none' };

describe('text that Argo substitutes', () => {
  for (const [name, text] of Object.entries(hard)) {
    it(`is refused with ${name}, and as JSON becomes text that means the same`, () => {
      assert.equal(isQuotable(text), false);
      const json = JSON.stringify({ [text]: [text, `\\${text}`] });
      const written = toQuotableJson(json);
      assert.equal(isQuotable(written), true);
      assert.deepEqual(JSON.parse(written), JSON.parse(json));
    });
  }

  it('passes with newlines, quotes, private use below U+FFFF, ideographs and emoji', () => {
    assert.deepEqual(
      easy.map(isQuotable),
      easy.map(() => true),
    );
    assert.deepEqual(
      easy.map((text) => toQuotableJson(text)),
      easy,
    );
  });

  it("is taken by Go's own strconv.Quote wherever it passes here", go, () => {
    const printed = [...Array(0x10ffff - 0xffff).keys()]
      .map((offset) => String.fromCodePoint(0x10000 + offset))
      .filter(isQuotable)
      .join('');
    assert.ok(printed.length > 10_000);
    const texts = [
      ...easy,
      printed,
      ...Object.values(hard).map((text) => toQuotableJson(JSON.stringify([text]))),
    ];
    assert.deepEqual(
      areQuotedAsJson(texts),
      texts.map(() => true),
    );
  });

  it("is refused by Go's own strconv.Quote with tags, private use and DEL", go, () => {
    assert.deepEqual(areQuotedAsJson([scotland, '\u{f0000}', '\u007f', '\u{10ffff}']), [
      false,
      false,
      false,
      false,
    ]);
  });
});
