import type { WireNote } from './endpoint.ts';

const COLUMN_WIDTH = 34;

/** The ladder of messages between three parties, the middle one being didfarm; time in ms from the first. */
export function renderLadder(notes: readonly WireNote[], left: string, right: string): string {
  const middle = 'didfarm';
  const start = notes[0]?.atMs ?? 0;
  const header = `${' '.repeat(9)}${left.padEnd(COLUMN_WIDTH)}${middle.padEnd(COLUMN_WIDTH)}${right}`;
  const lines = notes.map((note) => {
    const isLeft = note.from === left || note.to === left;
    const forward = isLeft ? note.from === left : note.from === middle;
    const arrow = renderArrow(note.text, forward);
    const body = isLeft ? `|${arrow}|${' '.repeat(COLUMN_WIDTH - 1)}|` : `|${' '.repeat(COLUMN_WIDTH - 1)}|${arrow}|`;
    return `${(note.atMs - start).toFixed(1).padStart(7)}  ${body}`;
  });
  return `${[header, ...lines].join('\n')}\n`;
}

function renderArrow(text: string, forward: boolean): string {
  const room = COLUMN_WIDTH - 1;
  const label = ` ${text.slice(0, room - 6)} `;
  const dashes = room - label.length - 1;
  const before = '-'.repeat(Math.floor(dashes / 2));
  const after = '-'.repeat(Math.ceil(dashes / 2));
  return forward ? `${before}${label}${after}>` : `<${before}${label}${after}`;
}
