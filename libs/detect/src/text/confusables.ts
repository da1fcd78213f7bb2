/**
 * Letters of other scripts that look like a Latin letter, as pairs (look-alike, Latin letter).
 * A compact table of our own, after the data facts of Unicode Technical Standard 39 (confusables):
 * only single letters whose usual shape is the Latin one, only scripts that attacks draw from. It is
 * not the full UTS 39 table; letters missing here stay what they are.
 */
const pairs = [
  // Cyrillic
  'аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwһhѵvүyӏlкkгrпnтtмmвb',
  'АAВBЕEЗ3КKМMНHОOРPСCТTУYХXІIЈJЅSԌGԚQԜWҮYӀIԀD',
  // Greek
  'αaεeιiκkνvοoρpτtυuχxγyϲcϳjωw',
  'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϹCͿJ',
  // Armenian
  'օoոnսuհhցgզqյjլlտsՕOՍUԼLՏS',
  // Cherokee
  'ᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎥiᎫJᏦKᏞLᎷMᏢPᎡRᏚSᎢTᏙVᎳWᎩYᏃZ',
  // Coptic, Lisu
  'ⲀAⲂBⲈEⲎHⲒIⲔKⲘMⲚNⲞOⲢPⲤCⲦTⲨYⲬXⲟoⲣpⲥc',
  'ꓮAꓐBꓚCꓓDꓰEꓝFꓖGꓧHꓲIꓙJꓗKꓡLꓟMꓠNꓳOꓑPꓣRꓢSꓔTꓴUꓦVꓪWꓫXꓬYꓜZ',
].join('');

const latinFor: ReadonlyMap<string, string> = new Map(
  Array.from({ length: pairs.length / 2 }, (_, i) => [pairs.charAt(2 * i), pairs.charAt(2 * i + 1)]),
);

const anyLookAlike = new RegExp(`[${[...latinFor.keys()].join('')}]`);
const word = /[\p{L}\p{M}\p{N}_]+/gu;
const latinLetter = /\p{Script=Latin}/u;

/**
 * Replaces look-alikes by their Latin letters inside words that also hold a Latin letter. Words
 * written in one script stay, so Cyrillic, Greek or Armenian text is never touched. Expects NFKC.
 */
export function foldConfusables(text: string): string {
  if (!anyLookAlike.test(text)) return text;
  return text.replace(word, (found) =>
    anyLookAlike.test(found) && latinLetter.test(found) ? foldWord(found) : found,
  );
}

function foldWord(found: string): string {
  let folded = '';
  for (const letter of found) folded += latinFor.get(letter) ?? letter;
  return folded;
}
