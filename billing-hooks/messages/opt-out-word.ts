const OUT: ReadonlySet<string> = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT']);
const IN: ReadonlySet<string> = new Set(['START', 'UNSTOP', 'YES']);

/** What a message asks for that is one word: none any more, some again; `undefined` for any other message. */
export function optOutWord(body: string): 'out' | 'in' | undefined {
  const word = body
    .trim()
    .replace(/^["'“‘]+|["'”’.!]+$/g, '')
    .toUpperCase();
  if (OUT.has(word)) return 'out';
  return IN.has(word) ? 'in' : undefined;
}
