import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FamilyStatus } from '@ballast/detect';
import { renderAdded, renderStatus } from './render.ts';
import { familyStatus as family } from './status.fixture.ts';

describe('renderStatus', () => {
  test('says why a family is not calibrated, every alarm, and what more canaries would release', () => {
    const text = renderStatus({ isInForce: true, families: [family] });
    for (const part of [
      'family web: not calibrated, it has too few canaries',
      '40 human, 3 synthetic; judged by its human canaries',
      '4 human and 0 synthetic too short to be judged',
      'human text held back: 10.0 % (4.0 % to 20.0 %); synthetic text held back: unknown',
      'ALARM scores have moved',
      'ALARM the synthetic share has jumped',
      'with 30 more synthetic canaries about 700 of the 900 would be presumed human',
    ])
      assert.ok(text.includes(part), `${part} is not in\n${text}`);
    assert.doesNotMatch(text, /not in force/);
  });

  test('says when canaries are not in force, and when none would help', () => {
    const hopeless = { ...family, outlook: { waiting: 900, steps: [] } };
    const text = renderStatus({ isInForce: false, families: [hopeless] });
    assert.match(text, /not even 1,000 more canaries/);
    assert.match(text, /not in force yet/);
    assert.match(renderStatus({ isInForce: true, families: [] }), /^no source family/);
  });
});

describe('renderStatus of a family of which nothing has arrived', () => {
  test('does not blame its canaries', () => {
    const early: FamilyStatus = { ...family, because: 'human_band_too_mixed', arrivals: 0 };
    assert.match(renderStatus({ isInForce: true, families: [early] }), /nothing of it has been judged yet/);
  });
});

describe('renderAdded', () => {
  test('counts what was added, was there, and is not judged', () => {
    const unjudged = { short: 2, unsupported: 0, code: 1 };
    assert.equal(
      renderAdded('c.jsonl', { added: 5, known: 1, unjudged }),
      '5 canaries added to c.jsonl, 1 were there; 2 too short to be judged, 1 of code among them, which speak for such text alone\n',
    );
    const none = { short: 0, unsupported: 0, code: 0 };
    assert.equal(
      renderAdded('c', { added: 1, known: 0, unjudged: none }),
      '1 canaries added to c, 0 were there\n',
    );
  });
});
