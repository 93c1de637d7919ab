import t from 'tap';
import { SipParseError } from './errors.ts';
import { lowerName } from './header-names.ts';
import { isWellFormed, parseMessage, parseVia, type SipMessage, type Via } from './index.ts';
import { spanTag } from './name-addr.ts';

const LINES = [
  'INVITE sip:b@h SIP/2.0',
  'Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport',
  'X-First: 1',
  'v: SIP/2.0/TCP a.b, SIP/2.0/UDP x',
  'From: "Al" <sip:a@h>;tag=f',
  't: <sip:b@h>',
  'Call-ID: c1@x',
  'CSeq: 7 INVITE',
];
const SPOILERS = [...'aA0 ;,:<>@"\\%=?*/.-_|\t\0\x7f\xe9', '', '\r\n', '\n', '\r\n ', '""', '00'];

/** The text with each character replaced, left out or followed by another. */
function* spoiled(text: string): Iterable<string> {
  for (let at = 0; at < text.length; at++) {
    for (const spoiler of SPOILERS) {
      yield text.slice(0, at) + spoiler + text.slice(at + 1);
      yield text.slice(0, at + 1) + spoiler + text.slice(at + 1);
    }
  }
}

function parsed(text: string): SipMessage | undefined {
  try {
    return parseMessage(Buffer.from(text, 'latin1'));
  } catch (error) {
    if (error instanceof SipParseError) return undefined;
    throw error;
  }
}

/** Each line by a split and an expression, where the parser goes through the bytes once. */
function linesOf(text: string): readonly (readonly [string, string])[] {
  const head = text.replace(/^[\r\n]+/, '').split(/\r?\n\r?\n/)[0] ?? '';
  const [, ...lines] = head.split(/\r?\n(?![ \t])/);
  return lines.map((line) => {
    const [, name = '', value = ''] = /^([^\s:]+)[ \t]*:(.*)$/s.exec(line) ?? [];
    const unfolded = value.replace(/[ \t]*\r?\n[ \t]+/g, ' ').trim();
    // An address may end with a lone semicolon, which is cut off.
    return [name, /^(?:from|to)$/.test(lowerName(name)) ? unfolded.replace(/[ \t]*;$/, '') : unfolded];
  });
}

const shown = ({ transport, host, port, branch, params }: Via) =>
  JSON.stringify({ transport, host, port, branch, params: [...params] });

t.test('of a message however spoiled every line is found, by every name', async (t) => {
  let count = 0;
  for (const text of spoiled([...LINES, '', ''].join('\r\n'))) {
    const message = parsed(text);
    // What is no UTF-8 stays Latin-1, which the long way here does not know of.
    if (message === undefined || text.includes('\xe9')) continue;
    count++;
    const lines = linesOf(text);
    const all = JSON.stringify([...message.entries()]);
    if (all !== JSON.stringify(lines)) t.equal(all, JSON.stringify(lines), JSON.stringify(text));
    for (const [name] of lines) {
      const same = lines.filter((line) => lowerName(line[0]) === lowerName(name)).map(([, value]) => value);
      if (message.headerLines(name).join('\n') !== same.join('\n')) t.fail(`${name} in ${JSON.stringify(text)}`);
      if (message.header(name) !== same[0]) t.fail(`first ${name} in ${JSON.stringify(text)}`);
    }
  }
  t.ok(count > 2000, `${count} messages`);
});

t.test('a Via that is read by a look is what the general reading makes of it', async (t) => {
  let count = 0;
  for (const via of spoiled('SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport')) {
    const message = parsed([LINES[0], `Via: ${via}`, ...LINES.slice(4), '', ''].join('\r\n'));
    if (message === undefined) continue;
    count++;
    // Nothing that has a second value is read by a look.
    const general = shown(parseVia(`${message.header('via')}, SIP/2.0/UDP other`));
    if (shown(message.topVia) !== general) t.equal(shown(message.topVia), general, JSON.stringify(via));
  }
  t.ok(count > 800, `${count} messages`);
});

t.test('an address that is checked by an expression is what the general check makes of it', async (t) => {
  let good = 0;
  for (const address of ['"Al B" <sip:a@h>;tag=f', 'Al <sip:a@h;p=1>;q=1;tag=f', '<tel:1>']) {
    for (const text of spoiled(address)) {
      const tag = spanTag(text, 0, text.length, false);
      const expected = tag !== undefined && (tag.valueStart < 0 || tag.valueEnd > tag.valueStart);
      for (const name of ['From', 't']) {
        if (isWellFormed(name, text) !== expected) t.equal(isWellFormed(name, text), expected, JSON.stringify(text));
      }
      if (expected) good++;
    }
  }
  t.ok(good > 1000, `${good} good addresses`);
});
