import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DetectReport } from '@ballast/detect/evaluate';
import { htmlReport } from './html.ts';
import { renderReport } from './render.ts';

const figure = { value: 0.912, low: 0.9, high: 0.92 };
const group = {
  human: 10,
  synthetic: 20,
  fprAt1: 0.01,
  fprAt5: 0.25,
  tprAt1: 0.5,
  tprAt5: null,
  ece: 0.0321,
};
const report: DetectReport = {
  model: '00000000000000aa',
  documents: { human: 12, synthetic: 20 },
  abstained: [{ reason: 'short', human: 2, synthetic: 0 }],
  thresholds: { at1: 2.39, at5: 1.34 },
  rates: { human: 10, synthetic: 20, auroc: figure, tprAt1: figure, tprAt5: figure },
  domains: [{ group: '<script>alert(1)</script> & "more"', ...group }],
  lengths: [{ group: '400 to 799', ...group }],
  reliability: {
    documents: 20,
    ece: 0.04,
    eceDebiased: 0.01,
    bins: [
      { documents: 20, meanP: 0.25, share: 0.3 },
      { documents: 0, meanP: 0, share: 0 },
    ],
  },
  baseRates: [{ planted: 0.3, estimated: { value: 0.31, low: 0.28, high: 0.34 } }],
  attacks: [{ attack: 'none', ...group, tprAt5: 0.7 }],
  rewritten: [
    {
      attack: 'dipper',
      label: 'synthetic',
      documents: 40,
      pairs: 30,
      original: { at1: 0.81, at5: 0.9 },
      rewritten: { at1: 0.42, at5: 0.6 },
      loss: { value: 0.39, low: 0.3, high: 0.48 },
    },
    {
      attack: 'unpaired',
      label: 'human',
      documents: 4,
      pairs: 0,
      original: undefined,
      rewritten: { at1: 0.25, at5: 0.5 },
      loss: undefined,
    },
  ],
};

describe('the detector report', () => {
  test('for a terminal has every figure with its interval, and a dash where there is none', () => {
    const text = renderReport(report);
    for (const part of [
      '0.912 (0.900 to 0.920)',
      'short 2 human',
      '25.0 %',
      '–',
      '31.0 %',
      '34.0 %',
      '0.010',
      '0.032',
      '39.0 (30.0 to 48.0)',
      'unpaired (human)',
    ])
      assert.ok(text.includes(part), part);
    assert.ok(!text.includes('NaN') && !text.includes('undefined'));
  });

  test('without judged documents of both labels says so', () => {
    const text = renderReport({ ...report, rates: undefined, baseRates: [], attacks: [] });
    assert.match(text, /no rates/);
  });

  test('as a page is self-contained, escapes names and states the limits first', () => {
    const page = htmlReport(report);
    assert.ok(!page.includes('<script'));
    assert.ok(page.includes('&lt;script&gt;'));
    assert.doesNotMatch(page, /(?:src|href)=|url\(|@import/);
    assert.equal(page.match(/<svg /g)?.length, 4);
    assert.equal(page.match(/<title>/g)?.length, 3, 'the page and one per point');
    assert.ok(page.indexOf('Limits first') < page.indexOf('<svg'));
    assert.ok(!page.includes('NaN') && !page.includes('undefined'));
  });
});
