import { CALL_REASONS } from './call-reasons.ts';
import { MESSAGE_REASONS } from './message-reasons.ts';
import { REGISTER_REASONS } from './register-reasons.ts';
import type { ReasonEntry } from './results.ts';
import { SERVER_REASONS } from './server-reasons.ts';

const SECTIONS: readonly (readonly [title: string, reasons: Readonly<Record<string, ReasonEntry>>])[] = [
  ['Registration and digest', REGISTER_REASONS],
  ['Calls', CALL_REASONS],
  ['SIP messages', MESSAGE_REASONS],
  ['The server itself', SERVER_REASONS],
];

/** The tables of docs/errors.md, rendered from the catalogue; a test compares. */
export function renderReasonTables(): string {
  return SECTIONS.map(([title, reasons]) => [`## ${title}`, '', ...tableOf(reasons)].join('\n')).join('\n\n');
}

function tableOf(reasons: Readonly<Record<string, ReasonEntry>>): string[] {
  const rows = Object.entries(reasons).map(([reason, entry]) => {
    const status = entry.status === 0 ? '' : String(entry.status);
    const told = entry.publicReason === undefined ? '' : `\`${entry.publicReason}\``;
    return `| \`${reason}\` | ${entry.result} | ${status} | ${told} | ${entry.sentence} | ${entry.remedy} |`;
  });
  return [
    '| Reason | Result | SIP | Warning says | What happened | What to do |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}
