import type { CallOutcome, CallPlace } from '../simulate/index.ts';

/** What a call came to before and after, in a few words each, and the step that made the difference. */
export interface Difference {
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

/** `undefined` when the call ends the same way. */
export function differenceOf(
  before: CallOutcome,
  after: CallOutcome,
  canSee: (accountId: number) => boolean,
): Difference | undefined {
  if (keyOf(before) === keyOf(after)) return undefined;
  const isForeign = [...before.places, ...after.places].some(
    ({ accountId }) => accountId !== null && !canSee(accountId),
  );
  const [left, right] = wordsFor(before, after, canSee);
  return { before: left, after: right, why: isForeign ? '' : whyOf(before, after) };
}

function keyOf({ status, reason, places }: CallOutcome): string {
  return JSON.stringify([
    status,
    reason,
    places.map(({ kind, id, callerId, called, targets }) => [kind, id, callerId, called, targets]),
  ]);
}

/** Only what differs is said: where it goes, else how it is shown, else at which address. */
function wordsFor(before: CallOutcome, after: CallOutcome, canSee: (accountId: number) => boolean) {
  const levels = [placeText, shownText, targetText].map(
    (text) => (outcome: CallOutcome) => outcomeText(outcome, (place) => text(place, canSee)),
  );
  for (const text of levels) if (text(before) !== text(after)) return [text(before), text(after)] as const;
  return ['another tenant', 'another tenant'] as const;
}

function outcomeText({ status, reason, places }: CallOutcome, text: (place: CallPlace) => string): string {
  return places.length === 0 ? `${status} ${reason}` : places.map(text).join(', then ');
}

function placeText({ kind, name, accountId }: CallPlace, canSee: (accountId: number) => boolean): string {
  return accountId !== null && !canSee(accountId) ? 'another tenant' : `${kind} ${name}`;
}

function shownText(place: CallPlace, canSee: (accountId: number) => boolean): string {
  return `${placeText(place, canSee)} as ${place.callerId} to ${place.called}`;
}

function targetText(place: CallPlace, canSee: (accountId: number) => boolean): string {
  const { kind, accountId, targets } = place;
  if (accountId !== null && !canSee(accountId)) return placeText(place, canSee);
  // A gateway's label has the carrier's name.
  return kind === 'carrier' ? `carrier ${targets.join(', ')}` : `${placeText(place, canSee)} at ${targets.join(', ')}`;
}

/** The first step that decided otherwise, in its own words. */
function whyOf(before: CallOutcome, after: CallOutcome): string {
  const known = new Set(before.steps.map(({ step, saw, decided }) => `${step}\n${saw}\n${decided}`));
  const line = after.steps.find(({ step, saw, decided }) => !known.has(`${step}\n${saw}\n${decided}`));
  if (line === undefined) return '';
  return `${line.step}: ${line.decided}${line.saw === '' ? '' : ` (${line.saw})`}`;
}
