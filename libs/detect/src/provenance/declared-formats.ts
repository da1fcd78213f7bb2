/** What a declaration says of the text; a claim of human counts for nothing unsigned. */
export type Claimed = 'synthetic' | 'altered' | 'human';

/** One way of declaring the origin of a text in metadata. */
export interface DeclaredFormat {
  /** Name in evidence, where it stands as `<name>_synthetic` and so on. */
  readonly name: string;
  /** Field names, small letters and digits only, without prefix, namespace or punctuation. */
  readonly fields: readonly string[];
  /** What a value of such a field claims; undefined when it claims nothing. */
  readonly read: (value: string | number | boolean) => Claimed | undefined;
}

/** Terms of the IPTC scheme, letters only: what a trained or a plain algorithm wrote, and what one altered. */
const sourceTypes: ReadonlyMap<string, Claimed> = new Map([
  ['trainedalgorithmicmedia', 'synthetic'],
  ['compositewithtrainedalgorithmicmedia', 'synthetic'],
  ['compositesynthetic', 'synthetic'],
  ['algorithmicmedia', 'synthetic'],
  ['algorithmicallyenhanced', 'altered'],
  ['digitalcapture', 'human'],
  ['computationalcapture', 'human'],
  ['digitalart', 'human'],
  ['digitalcreation', 'human'],
  ['humanedits', 'human'],
  ['minorhumanedits', 'human'],
  ['print', 'human'],
]);

const disclosureModes: ReadonlyMap<string, Claimed> = new Map([
  ['machine-generated', 'synthetic'],
  ['ai-originated', 'synthetic'],
  ['ai-modified', 'altered'],
  ['none', 'human'],
]);

/** Model families by the names that data sets write, at the start or behind a publisher and a slash. */
const modelName =
  /^(?:[\w.-]{1,60}\/){0,2}(?:(?:chat)?gpt-?[\d.]|chatgpt|o[134](?:-|$)|text-davinci|claude(?:$|[-.\d]| \d| (?:opus|sonnet|haiku|instant))|gemini|gemma|palm-?2|bard|(?:meta-?)?llama|vicuna|alpaca|wizardlm|mi[sx]tral|ministral|magistral|zephyr|qwe?n|qwq|deepseek|phi-?[\d.]|grok|command-?[ra]|c4ai|falcon|bloomz?(?:-|$)|opt-|flan|t5-|yi-|glm-?\d|chatglm|internlm|baichuan|nemotron|olmo|smollm|granite|dolly|mpt-|cohere|jamba|kimi|minimax|ernie|hunyuan|nova-|dbrx|stablelm)/i;

const yes: ReadonlySet<string> = new Set([
  'true',
  'yes',
  'y',
  '1',
  'synthetic',
  'ai',
  'machine',
  'generated',
]);
const no: ReadonlySet<string> = new Set(['false', 'no', 'n', '0', 'human', 'real', 'organic', 'natural']);
const noModel: ReadonlySet<string> = new Set([
  '',
  'none',
  'null',
  'n/a',
  'na',
  'unknown',
  'false',
  'no',
  '-',
]);

/**
 * Every format that is read. Fields of a general name (`generator`, `model`) claim only by a value that
 * names a language model: WordPress is a generator, too.
 */
export const declaredFormats: readonly DeclaredFormat[] = [
  {
    // NewsCodes scheme `digitalsourcetype` as term, URI or merchant-feed constant; schema.org's property of
    // the name with members of IPTCDigitalSourceEnumeration; Iptc4xmpExt:DigitalSourceType of XMP.
    name: 'digitalsourcetype',
    fields: ['digitalsourcetype', 'textdigitalsourcetype', 'iptcdigitalsource'],
    read: readSourceType,
  },
  {
    // HTTP field AI-Disclosure of draft-abaris-aicdh-01, an RFC 9651 dictionary; as <meta> the mode alone.
    name: 'aidisclosure',
    fields: ['aidisclosure'],
    read: readDisclosure,
  },
  {
    // Implicit label of GB 45438-2025, annex E: {"AIGC": {"Label": "1"}}, 2 possibly, 3 suspected.
    name: 'aigc_label',
    fields: ['aigclabel'],
    read: (value) => ({ '1': 'synthetic', '2': 'altered', '3': 'altered' } as const)[String(value).trim()],
  },
  {
    // Columns of data sets on Hugging Face that say whether a row was generated.
    name: 'dataset_flag',
    fields: [
      'issynthetic',
      'synthetic',
      'isgenerated',
      'isaigenerated',
      'aigenerated',
      'isai',
      'ismachinegenerated',
      'machinegenerated',
      'llmgenerated',
      'isllmgenerated',
      'modelgenerated',
    ],
    read: readFlag,
  },
  {
    // Columns of data sets on Hugging Face that name the generating model and nothing else.
    name: 'dataset_model',
    fields: [
      'sourcemodel',
      'generatormodel',
      'generationmodel',
      'generatingmodel',
      'generatedbymodel',
      'genmodel',
      'synthesismodel',
      'responsemodel',
      'completionmodel',
      'llm',
      'llmname',
    ],
    read: readModel,
  },
  {
    // Columns and page metadata of a general name, and schema.org's creator and author as software.
    name: 'named_model',
    fields: [
      'generator',
      'generatedby',
      'model',
      'modelname',
      'modelid',
      'creatorsoftwareapplication',
      'authorsoftwareapplication',
    ],
    read: (value) => (typeof value === 'string' && modelName.test(value.trim()) ? 'synthetic' : undefined),
  },
  {
    // Paths and columns of Nemotron-CC: kind=actual or kind=synthetic.
    name: 'dataset_kind',
    fields: ['kind', 'texttype', 'contentorigin'],
    read: (value) => (String(value).trim().toLowerCase() === 'synthetic' ? 'synthetic' : undefined),
  },
];

/** What an IPTC digital source type claims, in any spelling of the term. */
export function readSourceType(value: string | number | boolean): Claimed | undefined {
  const term = String(value)
    .trim()
    .replace(/^.*[/:#]/, '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  return sourceTypes.get(term.replace(/digitalsource$/, ''));
}

/** An RFC 9651 dictionary whose member `mode` is a token, by some writers quoted; or the mode alone. */
function readDisclosure(value: string | number | boolean): Claimed | undefined {
  const text = String(value).trim();
  const mode = /(?:^|[,;\s])mode\s*=\s*"?([a-z-]+)/i.exec(text)?.[1] ?? text;
  return disclosureModes.get(mode.toLowerCase());
}

function readFlag(value: string | number | boolean): Claimed | undefined {
  const word = String(value).trim().toLowerCase();
  if (yes.has(word)) return 'synthetic';
  return no.has(word) ? 'human' : undefined;
}

function readModel(value: string | number | boolean): Claimed | undefined {
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  if (noModel.has(word)) return undefined;
  return no.has(word) ? 'human' : 'synthetic';
}
