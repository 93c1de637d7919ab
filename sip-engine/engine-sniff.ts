const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** Longer "methods" are no SIP; RFC 3261 sets no limit, the longest registered one has nine letters. */
const MAX_METHOD_BYTES = 32;

/**
 * The method of a request, read from its bytes without parsing them; `''` for a response and for what
 * has no start line. CRLFs in front are skipped (RFC 3261 7.5).
 */
export function sniffMethod(bytes: Buffer): string {
  if (isRegister(bytes)) return 'REGISTER';
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start++;
  let end = start;
  while (end - start <= MAX_METHOD_BYTES && end < bytes.length && bytes[end] !== SPACE) {
    if (bytes[end] === LF) return '';
    end++;
  }
  if (bytes[end] !== SPACE) return '';
  const word = bytes.toString('latin1', start, end);
  // No method has a slash: nearly none needs the expression.
  return word.includes('/') && /^sip\//i.test(word) ? '' : word;
}

/** Most of what comes in, told without making a text of it. */
function isRegister(bytes: Buffer): boolean {
  if (bytes.length <= REGISTER.length) return false;
  for (let at = 0; at < REGISTER.length; at++) if (bytes[at] !== REGISTER[at]) return false;
  return true;
}

const REGISTER: readonly number[] = [...'REGISTER '].map((char) => char.charCodeAt(0));

/** The User-Agent of a message, one character a byte; `''` when it has none. Looks at line starts only. */
export function sniffUserAgent(text: string): string {
  // Its first letter is seldom in a message, unlike the line end before it, at which a search would stop ten times.
  const common = text.indexOf(USER_AGENT);
  const at = common > 0 && text.charCodeAt(common - 1) === LF ? common : findUserAgent(text);
  if (at < 0) return '';
  const end = text.indexOf('\n', at);
  return text.slice(at + USER_AGENT.length, end < 0 ? text.length : end).trim();
}

const USER_AGENT = 'User-Agent:';

/** The header in another spelling than nearly everybody's; before the blank line only. */
function findUserAgent(text: string): number {
  for (let at = text.indexOf('\n') + 1; at > 0 && at < text.length; at = text.indexOf('\n', at) + 1) {
    const first = text.charCodeAt(at);
    if (first === CR || first === LF) return -1;
    const isU = first === 0x55 || first === 0x75;
    if (isU && text.slice(at, at + 11).toLowerCase() === 'user-agent:') return at;
  }
  return -1;
}
