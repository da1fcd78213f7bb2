// Written by libs/verify/scripts/tokenizer-tables.py; do not edit.

/** `LIST_PUNCT` (spaCy 3.8.18, MIT). */
export const punctuationMarks = '!#&()*,:;<>?[]_{}¡·¿،؛؟٪۔।…、。！，：；？～';

/** `LIST_QUOTES` (spaCy 3.8.18, MIT). */
export const quotationMarks = '"\',`«´»‘’‚“”„〈〉⟦⟧〈〉《》「」『』【】〔〕（）';

/** One-character `LIST_CURRENCY` (spaCy 3.8.18, MIT). */
export const currencySigns = '$£¥฿₠₡₢₣₤₥₦₧₨₩₪₫€₭₮₯₰₱₲₳₴₵₶₷₸₹₺₻₼₽₾₿﷼';

/** `LIST_UNITS` (spaCy 3.8.18, MIT), joined by spaces. */
export const unitsOfMeasure: readonly string[] = [
  '% G GB K KB M MB Pa T TB cm cm² cm³ dm dm² dm³ ft g gb hPa ha in kb kg km km/h kmh km² km³ lb m m/s',
  'mb mbar mg mm mm² mm³ mph m² m³ nm oz t tb yd µg µm ГБ Гб КБ Кб МБ Мб Па ТБ Тб г гб дм дм² дм³ кПа',
  'кб кг км км/ч км² км³ м м/с м² м³ мб мбар мг мм мм² мм³ нм см см² см³ тбكم اكواب جرام جم سم سم² سم³',
  'غرام كغ كم كم² كم³ كوب م م² م³ ملغ مم مم² مم³',
];
