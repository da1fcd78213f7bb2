import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { exampleSnapshot } from '../snapshot.fixture.ts';
import type { DashboardSnapshot } from '../snapshot.ts';
import { capRoom, capScale, capsPanel } from './caps.ts';
import { canariesPanel, releaseWords } from './canaries.ts';
import { boundWords, commitsPanel } from './commits.ts';
import { flowPanel, terms, unaccounted, verdictOnFlow } from './flow.ts';
import { noticesStrip } from './notices.ts';
import { originPanel, originShares } from './origin.ts';
import { reasonWords, refusalsPanel } from './refusals.ts';
import { stagesPanel } from './stages.ts';
import { strataPanel } from './strata.ts';
import { elementsOf, textOf } from './text-of.fixture.ts';
import { topicsPanel } from './topics.ts';
import { verdictStrip } from './verdict.ts';
import { laneWords, waitingPanel } from './waiting.ts';

fc.configureGlobal({ seed: 1 });

const nothing = { documents: 0, tokens: 0 };
const empty: DashboardSnapshot = {
  ...exampleSnapshot,
  shares: { scope: 'cumulative', unverified: { f: 0, u: 0 }, total: { f: 0, u: 0 } },
  mixture: { human: nothing, synthetic: nothing, unknown: nothing },
  flow: {
    in: nothing,
    kept: nothing,
    rejected: nothing,
    deferred: nothing,
    dead: nothing,
    waiting: nothing,
    inFlight: nothing,
  },
  topics: [],
  lanes: [],
  commits: [],
  strata: undefined,
  refusals: [],
  stages: [],
  canaries: { notes: [], families: [] },
  truth: undefined,
};

suite('verdict', () => {
  test('one word, what it means, and why', () => {
    assert.equal(
      textOf(verdictStrip(exampleSnapshot)),
      'Waiting Nothing is broken. More text is needed before everything can be judged or let in. ' +
        exampleSnapshot.verdict.sentences.join(' '),
    );
  });

  test('only the word is announced, so that ticking numbers stay silent', () => {
    for (const state of ['holds', 'filling', 'broken'] as const) {
      const strip = verdictStrip({ ...exampleSnapshot, verdict: { state, sentences: ['1 document.'] } });
      const live = elementsOf(strip, 'span').filter(({ props }) => props['aria-live'] === 'polite');
      assert.equal(live.length, 1);
      assert.doesNotMatch(textOf(live), /\d/);
    }
  });
});

suite('the equation', () => {
  test('holds for the example, and is printed with every digit', () => {
    assert.deepEqual(unaccounted(exampleSnapshot.flow), nothing);
    const text = textOf(flowPanel(exampleSnapshot));
    assert.match(text, /in = kept \+ rejected \+ deferred \+ dead \+ waiting \+ in flight/);
    assert.match(text, /in 13,870 4,012,377 = kept in the table 11,430 3,330,239 /);
    assert.match(text, /✓ unaccounted 0 0 The sum is exact/);
  });

  test('whatever is taken from one side is what it prints as unaccounted', () => {
    const amount = fc.record({ documents: fc.nat(1e9), tokens: fc.nat(1e12) });
    fc.assert(
      fc.property(fc.array(amount, { minLength: 6, maxLength: 6 }), amount, (amounts, lost) => {
        const parts = Object.fromEntries(terms.map(({ key }, index) => [key, amounts[index] ?? nothing]));
        const sum = (unit: 'documents' | 'tokens'): number =>
          amounts.reduce((total, part) => total + part[unit], lost[unit]);
        const flow = {
          ...exampleSnapshot.flow,
          ...parts,
          in: { documents: sum('documents'), tokens: sum('tokens') },
        };
        assert.deepEqual(unaccounted(flow), { ...lost });
      }),
    );
  });

  test('a loss, a double and tokens that do not add up are told apart', () => {
    const change = (documents: number, tokens: number) => ({
      ...exampleSnapshot.flow,
      in: { documents: 13_870 + documents, tokens: 4_012_377 + tokens },
    });
    assert.match(verdictOnFlow(change(1, 10)).words, /have no outcome/);
    assert.match(verdictOnFlow(change(0, 3)).words, /tokens do not add up/);
    assert.equal(verdictOnFlow(change(-1, 0)).state, 'moving');
    assert.match(verdictOnFlow(change(-2_000, 0)).words, /More documents came out/);
    const lossy = { ...exampleSnapshot.flow, kept: { documents: 11_429, tokens: 3_330_000 } };
    assert.match(
      textOf(flowPanel({ ...exampleSnapshot, flow: lossy })),
      /! unaccounted 1 239 Documents went in/,
    );
  });
});

suite('what the topics alone tell', () => {
  const { in: _in, waiting: _waiting, inFlight: _inFlight, ...known } = exampleSnapshot.flow;

  test('is a dash where no topic can be read, and nothing is called missing', () => {
    const text = textOf(flowPanel({ ...exampleSnapshot, flow: known }));
    assert.match(text, /in – – = kept in the table 11,430 3,330,239 /);
    assert.match(text, /\? unaccounted – – What went in, waits or is in flight is not known/);
  });

  test('is counted in documents before it is counted in tokens', () => {
    const flow = { ...exampleSnapshot.flow, in: { documents: 13_870 }, inFlight: { documents: 412 } };
    assert.deepEqual(unaccounted(flow), { documents: 0, tokens: undefined });
    assert.match(textOf(flowPanel({ ...exampleSnapshot, flow })), /✓ unaccounted 0 – The sum is exact/);
  });
});

suite('caps', () => {
  test('the bound is compared with the cap, and the room is the difference', () => {
    const text = textOf(capsPanel(exampleSnapshot));
    assert.match(
      text,
      /Unverified synthetic text at most 16\.3 % of 20 % allowed expected 9\.1 % 3\.7 points of room/,
    );
    assert.match(
      text,
      /All synthetic text at most 17\.8 % of 30 % allowed expected 10\.4 % 12\.2 points of room/,
    );
    assert.equal(capRoom(0.214, 0.2), '1.4 points above the cap');
    assert.equal(capRoom(0.2, 0.2), 'exactly at the cap');
  });

  test('both bars share a scale on which caps, bounds and truth are all seen', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, (unverified, total, one, other) => {
        const scale = capScale({
          caps: { unverified, total },
          shares: { scope: 'cumulative', unverified: { f: 0, u: one }, total: { f: 0, u: other } },
        });
        assert.ok(scale > 0 && scale <= 1);
        assert.ok(Math.max(unverified, total, one, other) <= scale);
      }),
    );
  });

  test('nothing kept is no share, which is not a share of nothing', () => {
    assert.match(textOf(capsPanel(empty)), /no text yet, 20 % allowed/);
    assert.doesNotMatch(textOf(capsPanel(empty)), /at most/);
  });
});

suite('origin', () => {
  test('shares are of tokens and add up to all of them', () => {
    const { human, synthetic, unknown } = originShares(exampleSnapshot.mixture);
    assert.ok(Math.abs(human + synthetic + unknown - 1) < 1e-12);
    assert.match(
      textOf(originPanel(exampleSnapshot)),
      /human attested, or judged human 85\.0 % 2,831,904 9,412/,
    );
    assert.deepEqual(originShares(empty.mixture), { human: 0, synthetic: 0, unknown: 0 });
  });

  test('where the truth is known, it is said', () => {
    assert.match(textOf(originPanel(exampleSnapshot)), /8\.7 % of the kept tokens are machine-made\./);
  });
});

suite('lists', () => {
  test('a lane with documents says what would release them; an empty one is not listed', () => {
    const text = textOf(waitingPanel(exampleSnapshot));
    assert.match(
      text,
      /probably human, p below 0\.3 282 documents 71,006 tokens released by 350,000 more human tokens/,
    );
    assert.doesNotMatch(text, /p below 0\.5/);
    for (const { lane } of exampleSnapshot.lanes) assert.notEqual(laneWords(lane), '');
  });

  test('commits show their bound and their age; one without a bound holds human text only', () => {
    const now = Date.parse(exampleSnapshot.time);
    assert.match(
      textOf(commitsPanel(exampleSnapshot, now)),
      /7 2,048 601,220 17\.1 % 8 s .* 5 310 88,120 human only 50 s/,
    );
    assert.equal(boundWords(0.31, 0.3), '31.0 %, above 30 %');
  });

  test('topics show rate, unread and written', () => {
    assert.match(textOf(topicsPanel(exampleSnapshot, new Map())), /documents \. raw \. 4f1c 1,812 96 13,870/);
  });

  test('a stratum below its wanted share is named as short of it', () => {
    const text = textOf(strataPanel(exampleSnapshot));
    assert.match(text, /poetry short of its share 2\.0 % 0\.3 % 31 manuals 55\.0 % 54\.8 % 5,120/);
    assert.equal(strataPanel(empty), null);
    const free = { ...exampleSnapshot, strata: [{ stratum: 'a', documents: 1, tokens: 2, reached: 1 }] };
    assert.match(textOf(strataPanel(free)), /Strata of the kept text .* a 100\.0 % 1 Without/);
  });

  test('refusals are told by reason, in words, most frequent first', () => {
    assert.match(
      textOf(refusalsPanel(exampleSnapshot)),
      /too short rejected 700 101,488 duplicate rejected 112/,
    );
    assert.equal(reasonWords('gopher_stop_words'), 'gopher stop words');
    const many = Array.from({ length: 12 }, (_, index) => ({
      action: 'reject' as const,
      reason: `r${index}`,
      documents: 5,
      tokens: 1,
    }));
    assert.match(
      textOf(refusalsPanel({ ...exampleSnapshot, refusals: many })),
      /10 more documents by 2 other reasons/,
    );
  });

  test('a stage says how many documents it is behind, and how long the oldest has been there', () => {
    const text = textOf(stagesPanel(exampleSnapshot));
    assert.match(text, /verifier documents\.detected never read documents\.detected 180 1 min/);
    assert.match(text, /mixer the lanes the lanes 0 nothing/);
    assert.equal(stagesPanel({ ...exampleSnapshot, stages: undefined }), null);
  });

  test('a family says what canaries it has, how it stands, and what more would release', () => {
    const text = textOf(canariesPanel(exampleSnapshot));
    assert.match(text, /These canaries are not in force yet/);
    assert.match(
      text,
      /forum not calibrated, it has too few canaries .* scores have moved 40 3 880 30 more synthetic would release about 700/,
    );
    const [forum, web] = exampleSnapshot.canaries?.families ?? [];
    assert.ok(forum !== undefined && web !== undefined);
    assert.deepEqual(releaseWords(forum), [
      '30 more synthetic would release about 700',
      '10 more human and 10 more synthetic would release about 720',
    ]);
    assert.deepEqual(releaseWords(web), ['not even 1,000 more canaries would release any']);
    assert.deepEqual(releaseWords({ ...web, waiting: 0 }), ['nothing waits']);
    assert.equal(canariesPanel({ ...exampleSnapshot, canaries: undefined }), null);
  });

  test('what could not be read is announced above the rest', () => {
    const strip = noticesStrip({ ...exampleSnapshot, notices: ['No broker answers.'] });
    assert.equal(elementsOf(strip, 'div')[0]?.props['role'], 'status');
    assert.equal(textOf(strip), 'No broker answers.');
    assert.equal(textOf(noticesStrip(exampleSnapshot)), '');
  });

  test('every empty panel says so, and what will fill it', () => {
    for (const panel of [
      originPanel(empty),
      waitingPanel(empty),
      commitsPanel(empty, 0),
      topicsPanel(empty, new Map()),
      refusalsPanel(empty),
      stagesPanel(empty),
      canariesPanel(empty),
    ]) {
      const notes = elementsOf(panel, 'p').filter(({ props }) => props['class'] === 'empty');
      assert.equal(notes.length, 1);
      assert.match(textOf(notes), /\.$/);
    }
  });
});

test('every panel is a landmark named by its heading, and every table head has a scope', () => {
  const panels = [
    verdictStrip(exampleSnapshot),
    capsPanel(exampleSnapshot),
    originPanel(exampleSnapshot),
    flowPanel(exampleSnapshot),
    waitingPanel(exampleSnapshot),
    commitsPanel(exampleSnapshot, 0),
    topicsPanel(exampleSnapshot, new Map()),
    strataPanel(exampleSnapshot),
    refusalsPanel(exampleSnapshot),
    stagesPanel(exampleSnapshot),
    canariesPanel(exampleSnapshot),
  ];
  for (const panel of panels) {
    const [section] = elementsOf(panel, 'section');
    const [heading] = elementsOf(panel, 'h2');
    assert.equal(section?.props['aria-labelledby'], heading?.props['id']);
    for (const head of elementsOf(panel, 'th')) assert.match(String(head.props['scope']), /^(col|row)$/);
  }
});
