import type { SeededRandom } from './random.ts';

/** One way to spoil a message, given as Latin-1 text. */
type Mutation = (text: string, random: SeededRandom) => string;

/** What breaks parsers: the ends of ranges, delimiters, line ends, wrong nesting, wrong encodings. */
const HOSTILE: readonly string[] = [
  '',
  ' ',
  '\t',
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n ',
  '\r\n\r\n',
  ':',
  ';',
  ',',
  ';;',
  ',,',
  '<',
  '>',
  '<>',
  '"',
  '""',
  '"\\',
  '\\"',
  '\\\0',
  '|',
  '@',
  '@@',
  '?',
  '&',
  '=',
  '%',
  '%00',
  '%zz',
  '\xff\xfe',
  '\xc3\x28',
  '\xe2\x98\x8e',
  '\x7f',
  '\x1b[2J',
  '-1',
  '0',
  '00',
  '1',
  '255',
  '256',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '18446744073709551616',
  '1e9',
  '0x10',
  'NaN',
  '١',
  'sip:',
  'sips:',
  'tel:',
  'tel:+1',
  'sip:@',
  'sip:a@[::1]',
  'sip:a@[::1',
  'sip:[:::]',
  'sip:a@h:99999',
  'sip:%@h',
  '*',
  '<sip:a@127.0.0.1;lr>',
  '<sip:a@127.0.0.1?Route=%3Csip:x%3E>',
  'INVITE',
  'ACK',
  'CANCEL',
  'z9hG4bK',
  ';branch=z9hG4bK',
  ';tag=',
  ';rport=99999',
  ';received=evil',
  ';maddr=224.0.0.1',
  ';lr',
  ';transport=',
  ';expires=-1',
  '__proto__',
  'constructor',
  'SIP/2.0',
  'SIP/2.0 200 OK',
];

const NAMES: readonly string[] = [
  'Via',
  'v',
  'From',
  'f',
  'To',
  't',
  'Call-ID',
  'i',
  'CSeq',
  'Contact',
  'm',
  'Content-Length',
  'l',
  'Max-Forwards',
  'Route',
  'Record-Route',
  'Require',
  'RAck',
  'RSeq',
  'Expires',
  'Event',
  'Session-Expires',
  'x',
  'Refer-To',
  'Replaces',
  'Content-Type',
  'Path',
  '__proto__',
  'X-Fuzz',
];

const swapCase: Mutation = (text, random) =>
  onHeader(text, random, (line) => {
    const colon = Math.max(line.indexOf(':'), 0);
    return (
      (random.chance(0.5) ? line.slice(0, colon).toUpperCase() : line.slice(0, colon).toLowerCase()) + line.slice(colon)
    );
  });

const MUTATIONS: readonly Mutation[] = [
  (text, random) => onHeaders(text, (lines) => lines.toSpliced(random.int(lines.length), 1)),
  (text, random) => onHeaders(text, (lines) => lines.toSpliced(random.int(lines.length + 1), 0, random.pick(lines))),
  (text, random) =>
    onHeaders(text, (lines) =>
      lines.toSpliced(random.int(lines.length + 1), 0, `${random.pick(NAMES)}: ${random.pick(HOSTILE)}`),
    ),
  (text, random) =>
    onHeaders(text, (lines) =>
      lines
        .map((line) => ({ line, at: random.float() }))
        .sort((a, b) => a.at - b.at)
        .map(({ line }) => line),
    ),
  (text, random) => onHeader(text, random, (line) => `${line.slice(0, line.indexOf(':') + 1)} ${random.pick(HOSTILE)}`),
  (text, random) => onHeader(text, random, (line) => line + random.pick(HOSTILE)),
  (text, random) =>
    onHeader(text, random, (line) => line.replace(':', random.pick([' :', ':', ' \t: ', '::', '', ': \r\n ']))),
  (text, random) => onHeader(text, random, (line) => line.replace(/[;,=@<>"?]/, () => random.pick(HOSTILE))),
  (text, random) => onHeader(text, random, (line) => line.replace(/\d+/, () => random.pick(HOSTILE))),
  (text, random) =>
    onHeader(text, random, (line) => line.replaceAll(' ', () => random.pick([' ', '  ', '\r\n ', '\r\n\t', '\n ']))),
  (text, random) =>
    onHeader(text, random, (line) => line + line.slice(line.indexOf(':') + 1).repeat(1 + random.int(40))),
  (text, random) => onHeader(text, random, (line) => `${line}, ${line.slice(line.indexOf(':') + 1)}`),
  swapCase,
  (text, random) =>
    text.replace(/^[^\r\n]*/, (line) =>
      line.replace(/\S+/, (word) =>
        random.pick([word.toLowerCase(), random.pick(HOSTILE), `${word}X`, 'ACK', 'CANCEL', 'INVITE']),
      ),
    ),
  (text, random) => text.replace(/^[^\r\n]*/, (line) => line.replace(' ', () => random.pick(HOSTILE))),
  (text, random) => text.replace(/content-length: *\d+/i, () => `Content-Length: ${random.pick(HOSTILE)}`),
  (text, random) => text.replace(/\r\n\r\n/, () => random.pick(['\r\n', '\n\n', '\r\r', '\r\n\r\n\r\n', '\r\n \r\n'])),
  (text, random) => text.slice(0, random.int(text.length + 1)),
  (text, random) => text.slice(random.int(Math.min(text.length, 40))),
  (text, random) => splice(text, random, random.pick(HOSTILE), random.int(4)),
  (text, random) => splice(text, random, String.fromCharCode(random.int(256)), 1),
  (text, random) =>
    splice(
      text,
      random,
      random.pick(['a', '(', '<', '"', ' ', '\r\n', ';a', ',', '%41']).repeat(1 + random.int(3000)),
      0,
    ),
  (text) => text.replaceAll('\r\n', '\n'),
  (text) => text + text,
  (text, random) => text.slice(0, random.int(text.length)) + text.slice(random.int(text.length)),
];

/** The message with up to five things wrong with it; a tenth stays as it is. */
export function mutate(text: string, random: SeededRandom): string {
  let result = text;
  if (random.chance(0.1)) return result;
  for (let n = 1 + random.int(5); n > 0; n--) result = random.pick(MUTATIONS)(result, random);
  return result.slice(0, 65_507);
}

function onHeaders(text: string, change: (lines: string[]) => string[]): string {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return text;
  const [start = '', ...lines] = text.slice(0, end).split(/\r\n(?![ \t])/);
  return lines.length === 0 ? text : [start, ...change(lines)].join('\r\n') + text.slice(end);
}

function onHeader(text: string, random: SeededRandom, change: (line: string) => string): string {
  return onHeaders(text, (lines) => {
    const at = random.int(lines.length);
    return lines.with(at, change(lines[at] ?? ''));
  });
}

function splice(text: string, random: SeededRandom, put: string, cut: number): string {
  const at = random.int(text.length + 1);
  return text.slice(0, at) + put + text.slice(at + cut);
}
