import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { canonicalise } from '../canonical.ts';
import { routeText, routeWithLanguage, shortTextMax } from './route.ts';

const route = (text: string): string => routeText(canonicalise(text));

const english =
  'When I first moved to the coast I thought the wind would never stop. It came in from the sea every ' +
  'morning, rattled the shutters and left salt on the windows, and by the time we had learned to sleep ' +
  'through it the winter was over.';

/** Own sentences, each long enough to be judged. */
const foreign: { readonly [language: string]: string } = {
  German:
    'Der Hund lief schnell durch den Wald, und was er dort fand, war so groß, dass wir alle mit ihm nach Hause gehen mussten, weil es schon dunkel war.',
  Dutch:
    'De man die gisteren over de brug liep was heel moe, en we hadden geen idee of hij nog naar huis kon gaan voordat het donker werd in de stad.',
  Danish:
    'Jeg har ikke tid til at gå derhen i dag, for jeg skal hjem til min mor, og hun vil have mig til at hjælpe hende med at lave mad til familien.',
  French:
    'Il ne faut pas oublier que la maison de mon oncle se trouve au bord de la mer et que nous y allons chaque année pendant les vacances.',
  Spanish:
    'No puedo decirte cuándo llegará el tren, porque nadie lo sabe, pero si quieres esperar conmigo podemos tomar un café en la plaza de enfrente.',
  Italian:
    'Quando ero piccolo mio nonno mi portava al mercato ogni sabato mattina, e comprava sempre le arance più grandi che riusciva a trovare lì.',
  Polish:
    'Kiedy byłem mały, dziadek zabierał mnie w każdą sobotę na targ i zawsze kupował największe jabłka, jakie tylko udało mu się tam znaleźć.',
  Turkish:
    'Çocukken dedem beni her cumartesi sabahı pazara götürürdü ve orada bulabildiği en büyük portakalları alırdı, sonra da birlikte çay içerdik.',
  Russian:
    'Когда я был маленьким, дедушка каждую субботу водил меня на рынок и всегда покупал самые большие яблоки, какие только мог там найти.',
  Greek:
    'Όταν ήμουν μικρός, ο παππούς μου με πήγαινε κάθε Σάββατο στην αγορά και αγόραζε πάντα τα μεγαλύτερα πορτοκάλια που μπορούσε να βρει.',
  Chinese: '小时候,爷爷每个星期六早上都带我去市场,他总是买他能找到的最大的橙子。'.repeat(4),
};

describe('routeText', () => {
  it('sends English prose to the model', () => {
    assert.equal(route(english), 'english');
  });

  it('calls text too short to judge short, whatever it is', () => {
    assert.equal(routeText(''), 'short');
    assert.equal(routeText(english.slice(0, shortTextMax - 1)), 'short');
    assert.equal(routeText(english.slice(0, shortTextMax)), 'english');
  });

  for (const [language, text] of Object.entries(foreign)) {
    it(`does not take ${language} for English`, () => assert.equal(route(text), 'unsupported'));
  }

  it('does not take one letter a thousand times, numbers or emoji for English', () => {
    for (const unit of ['a', 'a ', '12 ', '👋', '! ', 'the']) {
      assert.notEqual(route(unit.repeat(1000)), 'english', unit);
    }
  });

  it('knows code: this package, and a little Python, C, SQL and HTML', () => {
    for (const file of ['route.ts', 'tidy.ts', 'bag.ts']) {
      const code = readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/\/\*\*[^]*?\*\//g, '');
      assert.equal(route(code), 'code', file);
    }
    const samples = [
      'def mean(values):\n    total = 0\n    for value in values:\n        total += value\n    return total / len(values)\n\n\nif __name__ == "__main__":\n    print(mean([1, 2, 3]))\n',
      '#include <stdio.h>\nint main(void) {\n  int sum = 0;\n  for (int i = 0; i < 10; i++) { sum += i; }\n  printf("%d\\n", sum);\n  return 0;\n}\n/* the end */\n',
      "SELECT c.name, SUM(o.total) AS spent FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.created_at >= '2020-01-01' GROUP BY c.name HAVING SUM(o.total) > 100;",
      '<div class="row"><span id="a">x</span><a href="/b?c=1&d=2">y</a></div><script>let x = {a: 1}; f(x);</script><p class="note">z</p>',
    ];
    for (const sample of samples) assert.equal(route(sample), 'code', sample);
  });

  it('takes English about code, with a name or call in it, for English', () => {
    const text =
      'To read a file you call open(path) and then loop over its lines. If the file does not exist the call ' +
      'fails, so it is a good idea to check for that first, or to wrap the whole thing in a try block and ' +
      'tell the user what went wrong.';
    assert.equal(route(text), 'english');
  });

  it('does not take a text for English of which a quarter or more is foreign, wherever that stands', () => {
    const half = foreign['Dutch'] ?? '';
    const long = english.repeat(3);
    const whole = (text: string): string => routeWithLanguage(canonicalise(text), text).route;
    assert.equal(whole(`${long} ${half} ${half} ${half}`), 'unsupported');
    assert.equal(whole(`${half} ${half} ${half} ${long}`), 'unsupported');
    assert.equal(whole(`${long} ${half} ${half} ${long} ${half} ${half} ${half}`), 'unsupported');
    // Behind the part that the model reads.
    assert.equal(whole(english.repeat(9) + ` ${half}`.repeat(100)), 'unsupported');
    assert.equal(whole(english.repeat(9) + ` ${english}`.repeat(100)), 'english');
  });

  it('takes English with one foreign sentence in it for English', () => {
    const text = `${english.repeat(3)} As he said: "${foreign['French'] ?? ''}" ${english.repeat(3)}`;
    assert.equal(routeWithLanguage(canonicalise(text), text).route, 'english');
  });

  it('names what it cannot judge, and leaves the name out where there is none', () => {
    const named = (text: string) => routeWithLanguage(canonicalise(text), text).language?.label;
    assert.equal(named(foreign['Polish'] ?? ''), 'pl');
    assert.equal(named(english.slice(0, 80)), 'en');
    assert.equal(named('SELECT a, b FROM t WHERE (a = 1) AND (b > 2) GROUP BY a; '.repeat(3)), undefined);
  });
});
