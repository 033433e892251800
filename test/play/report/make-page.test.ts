import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { escapeHtml } from '../../../src/common/markup.js';
import { makePage } from '../../../src/play/report/make-page.js';
import { hostileArgument, playedWorkflow } from './played-workflow.js';

const listener = { onNode: () => {}, onPlayed: () => {}, end: () => {} };
let page = '';

before(async () => {
  const hostileFile = '"><script>alert(3)</script>.yaml';
  page = makePage([await playedWorkflow(listener), { file: hostileFile, refusal: '<b onclick=x>' }]);
});

const count = (text: string) => page.split(text).length - 1;

describe('The page of a run', () => {
  it('has a bar and details for every node, and a link from the one to the other', () => {
    const links = [...page.matchAll(/<a href="#([^"]+)">/g)].map(([, fragment]) => fragment);
    const targets = [...page.matchAll(/<div id="([^"]+)">/g)].map(([, fragment]) => fragment);
    assert.deepEqual(links, ['w0-n0', 'w0-n1', 'w0-n2', 'w0-n3', 'w0-n4']);
    assert.deepEqual(targets, links);
    assert.equal(count('<rect '), 5);
  });

  it('shows when each node ran, in percent of the run', () => {
    // 31 ms of 1600 on 98 % of the width, which begins at 1 %.
    assert.match(page, /<rect class="bar-plugin" x="1\.000%" y="82" width="1\.899%"/);
    assert.match(page, /<rect class="bar-bad" x="2\.899%" y="150" width="91\.875%"/);
  });

  it('shows arguments and outputs as they are, and what the drivers returned in a few words', () => {
    assert.ok(page.includes('<dt>number</dt><dd><pre tabindex="0">5</pre></dd>'));
    assert.ok(page.includes(`<dt>pod-spec-patch</dt><dd><pre tabindex="0">${'é'.repeat(1_050)}</pre></dd>`));
    assert.ok(page.includes('execution 12, 3 iterations, patch 2.1 KB'));
    assert.ok(page.includes('2 driver pods were not needed.'));
  });

  it('lets no name, message, argument, output or file become markup', () => {
    assert.equal(count('<script'), 0);
    assert.equal(count('<img'), 0);
    assert.equal(count('<b onclick'), 0);
    assert.ok(page.includes(escapeHtml(hostileArgument)));
    assert.ok(page.includes('&quot;&gt;&lt;script&gt;alert(3)&lt;/script&gt;.yaml'));
    assert.ok(page.includes('It cannot be played: &lt;b onclick=x&gt;'));
  });

  it('stands alone: it loads nothing, runs nothing and forbids both', () => {
    const loading =
      /<(script|link|iframe|object|img|base|form)\b|<[a-z][^<>]*\s(src|on[a-z]+)=|@import|url\(/g;
    assert.equal(page.match(loading), null);
    assert.ok(page.includes(`content="default-src 'none'; style-src 'unsafe-inline'"`));
    assert.ok(page.startsWith('<!doctype html>\n<html lang="en">'));
    assert.ok(page.includes('<meta name="viewport" content="width=device-width, initial-scale=1">'));
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, end, name = '', selfClosed] of page.matchAll(
      /<(\/?)([a-z0-9]+)\b(?:"[^"]*"|[^>"])*?(\/?)>/g,
    )) {
      if (end === '/') {
        assert.equal(open.pop(), name);
      } else if (selfClosed !== '/' && name !== 'meta') {
        open.push(name);
      }
    }
    assert.deepEqual(open, []);
  });
});

describe('A text in the page', () => {
  const texts = [
    ['a < b && c > "d"', 'a &lt; b &amp;&amp; c &gt; &quot;d&quot;'],
    ["it's\ttwo\nlines", 'it&#39;s\ttwo\nlines'],
    ['nul \u0000 escape \u001b c1 \u0085', 'nul \uFFFD escape \uFFFD c1 \uFFFD'],
    ['lone \ud800 surrogate', 'lone \uFFFD surrogate'],
    ['日本 🚀', '日本 🚀'],
  ] as const;
  for (const [text, escaped] of texts) {
    it(`${JSON.stringify(text)} becomes ${JSON.stringify(escaped)}`, () => {
      assert.equal(escapeHtml(text), escaped);
    });
  }
});
