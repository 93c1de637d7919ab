import type { Answer, Row } from '../channel/api.ts';
import { type Column, renderTable } from './table.ts';

/** `registration` of a trunk in the API. */
export type ShownRegistration = Row<'GET /registrations'>['registration'];

export type ShownAvailability = Answer<'GET /portal/sip-trunks/{id}/availability'>;

type ShownContact = ShownRegistration['contacts'][number];
type ShownPeriod = Omit<ShownAvailability['periods'][number], 'from' | 'until'>;

const CONTACTS: readonly Column<ShownContact>[] = [
  { title: 'contact', value: (contact) => contact.contact },
  { title: 'from', value: (contact) => contact.source },
  { title: 'over', value: (contact) => contact.transport },
  { title: 'rtt ms', value: (contact) => contact.rtt_ms, align: 'right' },
  { title: 'expires', value: (contact) => contact.expires_at },
  { title: 'user agent', value: (contact) => contact.user_agent },
];

const PERIODS: readonly Column<ShownPeriod>[] = [
  { title: 'period', value: (period) => period.period },
  { title: '% available', value: percent, align: 'right' },
  { title: 'registered', value: (period) => duration(period.registered_seconds), align: 'right' },
  { title: 'offline', value: (period) => duration(period.offline_seconds), align: 'right' },
  { title: 'outages', value: (period) => period.outages, align: 'right' },
  {
    title: 'why',
    value: ({ offline_seconds_by_cause: causes }) =>
      Object.entries(causes)
        .map(([cause, seconds]) => `${cause} ${duration(seconds)}`)
        .join(', '),
  },
];

/** The state in a word, with why where a PBX is missing: `never: wrong_password`. */
export function stateText({ state, since, reason, last_failure: failure }: ShownRegistration): string {
  if (state === 'registered') return state;
  // What failed since is nearer to the cause than how the last registration ended.
  const why = failure !== null && failure.at >= (since ?? '') ? failure.reason : reason;
  return why === null ? state : `${state}: ${why}`;
}

/** One trunk's registration in words: the state, why, what to do; then who is there. */
export function renderRegistration(name: string, { contacts, ...registration }: ShownRegistration): string {
  const { state, since, sentence, remedy, last_failure: failure } = registration;
  const lines = [
    `${name}: ${state === 'never' ? 'never registered' : state}${since === null ? '' : ` since ${since}`}`,
  ];
  if (sentence !== null) lines.push(`why:        ${sentence}`);
  if (remedy !== null) lines.push(`what to do: ${remedy}`);
  if (failure !== null) lines.push(`last failed REGISTER: ${failure.at} from ${failure.source}: ${failure.sentence}`);
  return `${lines.join('\n')}\n${contacts.length === 0 ? '' : `\n${renderTable(CONTACTS, contacts)}`}`;
}

/** A line a day or month, and one for all of them. */
export function renderAvailability({ timezone, total, periods }: ShownAvailability): string {
  const seen = periods.filter((period) => period.availability_percent !== null);
  return `${renderTable(PERIODS, [...seen, { period: 'all', ...total }])}days begin at midnight in ${timezone}\n`;
}

function percent({ availability_percent: value }: Pick<ShownPeriod, 'availability_percent'>): string | null {
  return value === null ? null : value.toFixed(3);
}

/** `3 d 4 h`, `12 min 3 s`. */
function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
