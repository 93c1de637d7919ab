import type { Readable } from 'node:stream';

/** What is printed on these; in whole lines, so that what comes on the one stream does not end up within a line of the other. */
export function collectOutput(...streams: readonly Readable[]): () => string {
  let text = '';
  const begun = streams.map(() => '');
  for (const [index, stream] of streams.entries()) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const come = `${begun[index]}${chunk}`;
      const end = come.lastIndexOf('\n') + 1;
      text += come.slice(0, end);
      begun[index] = come.slice(end);
    });
  }
  return () => `${text}${begun.join('')}`;
}

/** The lines that are JSON, parsed. */
export function parseLines(text: string): Record<string, unknown>[] {
  // What has come of the last one may end with a brace that is not its last.
  const lines = text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
