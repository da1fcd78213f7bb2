import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import { examine } from './examine.ts';
import { presets } from './preset.ts';
import type { Preset } from './preset.ts';

const failed = (text: string, preset: Preset): readonly string[] => examine(text, preset).failed;
const sentence = 'The ferry was late, and those who had come to meet it went back to the warm café.';
const prose = [
  'The ferry was late, and those who had come to meet it went back to the warm café on the square.',
  'Nobody minded, because the woman behind the counter had a story that she told better each winter.',
  'In it a captain loses his way between two islands and finds a third that no map has ever shown.',
  'He stays there for a year, writes letters which he throws into the sea, and comes home with a beard.',
  'Every winter the beard is longer, and the third island lies a little farther from the other two.',
].join('\n\n');

describe('presets', () => {
  test('each has the name it is found by, and the pipeline accepts it', () => {
    for (const [name, preset] of Object.entries<Preset>(presets)) {
      assert.equal(preset.name, name);
      assert.equal(pipelineSchema.parse({ verify: { preset: name } }).verify.preset, name);
      for (const filter of preset.filters) assert.notEqual(preset[filter], undefined, `${name}: ${filter}`);
      assert.ok(preset.stopWords.length <= 32);
    }
  });

  test('prose passes the English presets', () => {
    for (const name of ['datatrove-0.10', 'fineweb-paper', 'dclm'] as const)
      assert.deepEqual(failed(prose, presets[name]), [], name);
  });

  test('duplicate characters: 0.01 in the code of datatrove, 0.1 in the paper', () => {
    const line = 'A line of fifty letters that comes back at the end.';
    const text = `${line}\n${prose.replaceAll('\n\n', '\n')}\n${prose.replaceAll('r', 'l').replaceAll('\n\n', '\n')}\n${line}`;
    assert.ok(failed(text, presets['datatrove-0.10']).includes('char_dup_ratio'));
    assert.ok(!failed(text, presets['fineweb-paper']).includes('char_dup_ratio'));
  });

  test('C4 of TensorFlow Datasets: 5 words behind the citations, 3 sentences, no apostrophe ends a line', () => {
    const page = [sentence, sentence, sentence];
    const c4 = (line: string) => examine([...page, line].join('\n'), presets['c4-tfds']);
    assert.deepEqual(c4('A line of five words.').keptLines, undefined);
    assert.deepEqual(c4('A line of four.').keptLines, [[0, 3]]);
    assert.deepEqual(c4("He called it 'the very end'").keptLines, [[0, 3]]);
    assert.deepEqual(c4('It has [1] four words [2] left.').keptLines, undefined);
    assert.deepEqual(c4('It has [1] three [2] left.').keptLines, [[0, 3]]);
    assert.deepEqual(failed('One sentence is here. Two are too few.', presets['c4-tfds']), [
      'too_few_sentences',
    ]);
  });

  test('DCLM: * is a bullet, stop words count by occurrence and in any case, symbols count together', () => {
    const starred = prose
      .split(' ')
      .map((word) => `* ${word}`)
      .join('\n');
    assert.ok(failed(starred, presets.dclm).includes('gopher_too_many_bullets'));
    assert.ok(!failed(starred, presets['datatrove-0.10']).includes('gopher_too_many_bullets'));
    const words = Array.from(
      { length: 60 },
      (_, index) => `wörd${String.fromCharCode(97 + (index % 26))}${index}x`,
    );
    const fails = (text: string, preset: Preset): boolean =>
      failed(text, preset).includes('gopher_enough_stop_words');
    assert.ok(!fails(`The The ${words.join(' ')}`, presets.dclm));
    assert.ok(fails(`The The ${words.join(' ')}`, presets['datatrove-0.10']));
    assert.ok(fails(`the, ${words.join(' ')}`, presets.dclm));
    const symbols = `${words.join(' ')} ${'# … '.repeat(5)}`;
    assert.ok(failed(symbols, presets.dclm).includes('gopher_too_many_symbols'));
  });

  test('DCLM: every copy is a duplicate, and an n-gram that occurs once passes', () => {
    const twice = 'one line of text here\nanother line of text\none line of text here';
    assert.equal(examine(twice, presets.dclm).ratios['dup_line_frac'], 2 / 3);
    assert.equal(examine(twice, presets['datatrove-0.10']).ratios['dup_line_frac'], 1 / 3);
    assert.ok(failed('Hello world again', presets['datatrove-0.10']).includes('top_2_gram'));
    assert.ok(!failed('Hello world again', presets.dclm).includes('top_2_gram'));
    // A no-break space parts words for Python, not for fastText, which counts them.
    assert.equal(examine('one\u00a0two three', presets.dclm).ratios['gopher_short_doc'], 2);
    // "the cat" covers 6 of 12 + 3 letters: words only, no spaces or marks.
    assert.equal(examine('the cat, the cat ran.', presets.dclm).ratios['top_2_gram'], 12 / 15);
  });

  test('FineWeb-2 judges FineWeb before quality, has no short-line rule and its own stop words', () => {
    const german =
      'Die Fähre kam spät, und wer sie erwartet hatte, ging zurück in das warme Café am Platz. '.repeat(1) +
      'Niemand war böse, denn die Frau hinter der Theke kannte eine Geschichte, die sie jeden Winter besser erzählte. ' +
      'In ihr verliert ein Kapitän zwischen zwei Inseln den Weg und findet eine dritte, die auf keiner Karte steht. ' +
      'Er bleibt ein Jahr, wirft Briefe ins Meer und kehrt mit einem langen Bart nach Hause zurück.';
    assert.deepEqual(failed(german, presets['fineweb2/de']), []);
    assert.ok(failed(german, presets['datatrove-0.10']).includes('gopher_enough_stop_words'));
    assert.ok(failed(prose, presets['fineweb2/de']).includes('gopher_enough_stop_words'));
    const list = examine('eins\nzwei\ndrei', presets['fineweb2/de']);
    assert.equal(list.ratios['short_line_ratio'], 1);
    assert.ok(!list.failed.includes('short_line_ratio'));
    assert.ok(list.failed.indexOf('list_ratio') < list.failed.indexOf('gopher_short_doc'));
  });
});
