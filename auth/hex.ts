/** The number that the characters from `start` to `end` write in hexadecimal, in either case; NaN when any is no digit. */
export function hexNumber(text: string, start: number, end: number): number {
  if (end > text.length || start >= end) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return Number.NaN;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
