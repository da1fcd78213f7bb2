import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { identifyLanguage } from './language.ts';
import { attack } from './attacks/attacks.ts';

const german =
  'Gestern hat es den ganzen Tag geregnet, deshalb sind wir zu Hause geblieben und haben gelesen. Meine ' +
  'Schwester arbeitet seit drei Jahren in einer kleinen Bäckerei, und wenn sie abends kommt, bringt sie Brot mit.';
const english =
  'It rained the whole day yesterday, so we stayed at home and read. My sister has worked in a small bakery ' +
  'for three years, and when she comes home in the evening she brings us bread that nobody else wanted.';

describe('identifyLanguage', () => {
  it('names languages by their ISO 639-1 code, and the share of the text that is in it', () => {
    assert.deepEqual(identifyLanguage(english), { label: 'en', score: 1 });
    assert.deepEqual(identifyLanguage(german), { label: 'de', score: 1 });
    assert.equal(identifyLanguage('Вчера весь день шёл дождь, поэтому мы остались дома.')?.label, 'ru');
    assert.equal(
      identifyLanguage('昨日は一日中雨が降っていたので、家にいて本を読んでいました。')?.label,
      'ja',
    );
  });

  it('says of a mixed text how much of it is in the language it names', () => {
    const language = identifyLanguage(`${english} ${english} ${german}`);
    assert.equal(language?.label, 'en');
    assert.ok(language.score > 0.5 && language.score < 0.8, String(language.score));
  });

  it('looks beyond the part that the model reads', () => {
    const language = identifyLanguage(`${english} `.repeat(12) + `${german} `.repeat(200));
    assert.ok(language !== undefined && language.label === 'en' && language.score < 0.75);
  });

  it('names nothing where there is too little to tell, and no language for code', () => {
    for (const text of ['', 'Hello!', '12 + 30 = 42, 7 * 8 = 56.', '👋👋👋', '\0\ud800']) {
      assert.equal(identifyLanguage(text), undefined, text);
    }
    const code = readFileSync(new URL('text/stretches.ts', import.meta.url), 'utf8');
    assert.equal(identifyLanguage(code.replaceAll(/\/\*\*[^]*?\*\//g, '')), undefined);
  });

  it('sees through disguise', () => {
    assert.deepEqual(identifyLanguage(attack('homoglyph-cyrillic', english, 's')), { label: 'en', score: 1 });
  });

  it('gives equal answers for equal texts, whatever was asked before', () => {
    const texts = [german, english, `${english}${german}`];
    const first = texts.map(identifyLanguage);
    assert.deepEqual(texts.toReversed().map(identifyLanguage).toReversed(), first);
  });

  it('does a bounded amount of work on five megabytes', () => {
    for (const unit of [english, german, '漢字', 'a', ' ', '\u200b', 'а\u0301']) {
      const text = unit.repeat(Math.ceil(5_000_000 / unit.length));
      const { user } = process.cpuUsage();
      identifyLanguage(text);
      assert.ok(process.cpuUsage().user - user < 2_000_000, JSON.stringify(unit.slice(0, 8)));
    }
  });
});
