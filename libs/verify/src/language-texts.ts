import { between, pick, randomOf, repeat } from './seeded-texts.ts';
import type { Random } from './seeded-texts.ts';

/** Languages of which {@link languageTexts} makes texts. */
export type TextLanguage = keyof typeof languages;

/**
 * Texts of our own in a language of FineWeb-2: word salad with the language's little words and marks, in
 * kinds that aim at one of its rules each; which rule a text fails is the tools' to say. The same seed gives
 * the same texts.
 */
export function* languageTexts(language: TextLanguage, seed: number, count: number): Generator<string> {
  for (let number = 0; number < count; number += 1) {
    const random = randomOf(seed * 1_000_003 + number);
    const speak = speakerOf(languages[language], random);
    const make = kinds[number % kinds.length] ?? prose;
    yield make(speak, random);
  }
}

interface Language {
  /** Frequent little words. */
  readonly little: string;
  readonly content: string;
  readonly joint: string;
  readonly comma: string;
  readonly ends: readonly string[];
  /** Marks and cases that the language's tokenizer treats in a way of its own. */
  readonly odd: string;
}

const languages = {
  de: {
    little: 'der und die in von im den des mit das er dem als wurde für nicht auf eine war sich',
    content: `Hafen Fähre Kapitän Insel Brief Winter Markt Maschine Garten Lehrerin Fluss Fenster Geschichte
      Brücke Küche Laterne Stille Dorf Ärztin Kompass Decke Donner Spiegel Geige Spatz Teppich Keller Bahnhof
      Feder Wiese Schwester Leiter Tal Nadel Korb Wald Vorhang Hammer Reisende Bücherei Nachbarin trägt fand
      vergaß malte zählte öffnete verließ erinnerte verkaufte beschrieb lieh hörte ruhig schmal zerbrochen gelb
      Donaudampfschifffahrtsgesellschaft Straßenbahnhaltestellenverzeichnis Übergröße süß außerordentlich`,
    joint: ' ',
    comma: ', ',
    ends: ['.', '.', '.', '!', '?'],
    odd: "z.B. usw. d.h. bzw. Mio. Dr. Nr. 3,5 % 12.03.2019 10:30 km/h und/oder Haus(es) geht's „Wort“ ‚so‘ – … 20 €",
  },
  fr: {
    little: "de la le et à en l'eau des du les est d'un une il dans par au que qui ne",
    content: `port bac capitaine île lettre hiver marché machine jardin maîtresse fleuve fenêtre histoire pont
      cuisine lanterne silence village médecin boussole couverture tonnerre miroir violon moineau tapis cave gare
      plume prairie sœur échelle vallée aiguille panier forêt rideau marteau voyageur bibliothèque voisine porte
      trouva oublia peignit compta ouvrit quitta vendit décrivit entendit calme étroit cassé jaune précoce amer
      porte-monnaie arc-en-ciel rendez-vous aujourd'hui grand-mère presqu'île quelqu'un`,
    joint: ' ',
    comma: ', ',
    ends: ['.', '.', '.', ' !', ' ?'],
    odd: "c'est-à-dire l’hiver d’une qu'il jusqu’au dit-il a-t-on M. Mme. etc. 3,5 % 10h30 n° « mot » — … 20 € aujourd’hui",
  },
  es: {
    little: 'de la en el y a que del los se por un con una las su no al lo como',
    content: `puerto barco capitán isla carta invierno mercado máquina jardín maestra río ventana historia puente
      cocina farol silencio pueblo médica brújula manta trueno espejo violín gorrión alfombra sótano estación
      pluma pradera hermana escalera valle aguja cesta bosque cortina martillo viajero biblioteca vecina llevó
      encontró olvidó pintó contó abrió dejó recordó vendió describió oyó tranquilo estrecho roto amarillo
      temprano amargo otorrinolaringología desafortunadamente niño pingüino`,
    joint: ' ',
    comma: ', ',
    ends: ['.', '.', '.', '!', '?'],
    odd: '¿Qué? ¡Hola! Sr. Sra. Ud. EE.UU. p.m. 3,5 % 10:30 n.º «voz» “voz” — … 20 € y/o ex-alumno',
  },
  ar: {
    little: 'في من على إلى عام أن مع أو هو عن التي كان بين ما كانت هي بعد لا هذا الذي',
    content: `الميناء القارب القبطان الجزيرة رسالة الشتاء السوق الآلة الحديقة المعلمة النهر النافذة القصة الجسر
      المطبخ الفانوس الصمت القرية الطبيبة البوصلة الغطاء الرعد المرآة الكمان العصفور السجادة القبو المحطة الريشة
      المرج الأخت السلم الوادي الإبرة السلة الغابة الستارة المطرقة المسافر المكتبة الجارة حملت وجدت نسيت رسمت
      عدّت فتحت تركت تذكّرت باعت وصفت سمعت هادئ ضيّق مكسور أصفر مبكر مرّ وبالاستعدادات`,
    joint: ' ',
    comma: '، ',
    ends: ['.', '.', '.', '!', '؟'],
    odd: 'د. أ.د. ٣٫٥ ٪ ١٢ 10:30 «كلمة» “كلمة” (نص) … – 20 كم ـــ لا، و/أو ؛',
  },
  zh: {
    little: '的 年 在 月 是 和 日 了 有 被 人 中 为 他 也 而 由 於 與 後',
    content: `港口 渡船 船长 岛屿 书信 冬天 市场 机器 花园 教师 河流 窗户 故事 桥梁 厨房 灯笼 寂静 村庄 医生 指南针
      毯子 雷声 镜子 小提琴 麻雀 地毯 地窖 车站 羽毛 草地 姐妹 梯子 山谷 针线 篮子 森林 窗帘 锤子 旅行者 图书馆
      邻居 带来 发现 忘记 描绘 计算 打开 离开 记得 出售 描写 听见 安静 狭窄 破碎 黄色 早晨 苦涩 中华人民共和国
      北京大学 研究生 命中注定 刘大壮 柏凌芊 數據 龍門 臺灣 電腦`,
    joint: '',
    comma: '，',
    ends: ['。', '。', '。', '！', '？'],
    odd: 'C++ T恤 AT&T 2019-03 3.5% １２３ “词” 《书》 —— …… 10:30 km https://example.org/a?b=1 A股 㐂 𠮷 ·',
  },
} as const satisfies { readonly [language: string]: Language };

/** One text's way of speaking. */
interface Speaker {
  /** Words with `share` of little ones. */
  words(count: number, share: number): string;
  sentence(share?: number): string;
  odd(): string;
  readonly joint: string;
}

function speakerOf({ little, content, joint, comma, ends, odd }: Language, random: Random): Speaker {
  const [littles, contents, odds] = [little, content, odd].map((list) => list.trim().split(/\s+/u));
  const word = (share: number): string => pick(random, (random() < share ? littles : contents) ?? []);
  const words = (count: number, share: number): string => repeat(count, () => word(share)).join(joint);
  const oddOne = (): string => pick(random, odds ?? []);
  return {
    words,
    joint,
    odd: oddOne,
    sentence: (share = 0.4) => {
      const middle = random() < 0.3 ? `${joint}${oddOne()}${joint}` : random() < 0.5 ? comma : joint;
      const text = `${words(between(random, 3, 9), share)}${middle}${words(between(random, 3, 9), share)}`;
      return `${text.charAt(0).toUpperCase()}${text.slice(1)}${pick(random, ends)}`;
    },
  };
}

type Kind = (speak: Speaker, random: Random) => string;

const sentences = (speak: Speaker, count: number): string =>
  repeat(count, () => speak.sentence()).join(speak.joint);

const prose: Kind = (speak, random) =>
  repeat(between(random, 3, 8), () => sentences(speak, between(random, 2, 6))).join('\n\n');

const kinds: readonly Kind[] = [
  prose,
  prose,
  prose,
  prose,
  prose,
  (speak, random) => sentences(speak, between(random, 1, 4)),
  (speak, random) => {
    const line = speak.sentence();
    return repeat(between(random, 6, 20), (index) => (index % 2 === 0 ? line : speak.sentence())).join('\n');
  },
  (speak, random) => {
    const long = sentences(speak, between(random, 2, 6));
    return [long, ...repeat(between(random, 3, 12), () => speak.sentence()), long].join('\n');
  },
  // Phrases of two, three and four words that come again and again.
  (speak, random) => {
    const phrase = speak.words(between(random, 2, 4), 0.2);
    return repeat(between(random, 20, 50), () => `${phrase}${speak.joint}${speak.sentence()}`).join(
      speak.joint,
    );
  },
  // A stretch that comes twice.
  (speak, random) => {
    const all = repeat(between(random, 20, 50), () => speak.sentence());
    const length = between(random, 2, Math.ceil(all.length / 5));
    return [...all, ...all.slice(3, 3 + length)].join(speak.joint);
  },
  (speak, random) =>
    repeat(between(random, 15, 50), () => speak.words(between(random, 1, 4), 0.3)).join('\n'),
  (speak, random) =>
    repeat(between(random, 15, 40), () => `- ${speak.words(between(random, 2, 6), 0.3)}`).join('\n'),
  (speak, random) =>
    repeat(between(random, 8, 20), () => speak.words(between(random, 8, 20), 0.4)).join('\n'),
  (speak, random) =>
    repeat(between(random, 10, 25), () => `${speak.words(between(random, 4, 12), 0.4)}…`).join('\n'),
  (speak, random) => repeat(between(random, 60, 150), () => speak.words(1, 0)).join(speak.joint || '、'),
  (speak, random) => repeat(between(random, 60, 150), () => speak.words(1, 1)).join(speak.joint),
  (speak, random) =>
    repeat(between(random, 60, 150), () =>
      random() < 0.35 ? String(between(random, 1, 9999)) : speak.words(1, 0.4),
    ).join(' '),
  (speak, random) =>
    repeat(between(random, 60, 120), () => `${random() < 0.25 ? '#' : ''}${speak.words(1, 0.4)}`).join(' '),
  (speak, random) =>
    repeat(between(random, 40, 120), () => (random() < 0.5 ? speak.odd() : speak.words(2, 0.4))).join(
      pick(random, [' ', speak.joint, '\n', '']),
    ),
];
