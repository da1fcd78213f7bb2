const small = [
  'zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve',
  'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen',
]; // oxfmt-ignore
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** A percentage in words: 40 is `forty per cent`; what is not a whole number up to 100 keeps its digits. */
export function perCentInWords(percentage: number): string {
  return `${inWords(percentage)} per cent`;
}

function inWords(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 100) return String(value);
  if (value === 100) return 'a hundred';
  const word = small[value];
  if (word !== undefined) return word;
  const ten = tens[Math.floor(value / 10)] ?? '';
  return value % 10 === 0 ? ten : `${ten}-${small[value % 10] ?? ''}`;
}
