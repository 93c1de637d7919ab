import { EMERGENCY_NUMBERS } from './emergency-numbers.ts';

/** Whether a dialled text is a number of help in that country; `null`: only what is one everywhere. */
export function isEmergency(dialled: string, country: string | null): boolean {
  return dialled === '112' || (country !== null && (EMERGENCY_NUMBERS[country]?.includes(dialled) ?? false));
}

/** Whether a Request-URI may be for a number of help, in whichever country: told before anybody knows who calls. */
export function mayBeEmergency(uri: string): boolean {
  const dialled = DIALLED.exec(uri)?.[1];
  return dialled !== undefined && ANYWHERE.has(dialled);
}

const DIALLED = /^(?:sips?|tel):(\d{2,5})(?:[@;]|$)/i;
const ANYWHERE: ReadonlySet<string> = new Set(['112', ...Object.values(EMERGENCY_NUMBERS).flat()]);

/** Every number of the table, for what checks it. */
export function emergencyNumbers(): readonly (readonly [country: string, number: string])[] {
  return Object.entries(EMERGENCY_NUMBERS).flatMap(([country, numbers]) =>
    numbers.map((number) => [country, number] as const),
  );
}
