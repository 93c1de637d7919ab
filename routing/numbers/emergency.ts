/**
 * Numbers of help by country (ISO 3166 alpha-2), as they are dialled: police, fire, ambulance. 112 works
 * everywhere in the EU and on mobile networks, and is taken everywhere.
 */
const BY_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  AT: ['122', '133', '144'],
  AU: ['000'],
  BE: ['100', '101'],
  BR: ['190', '192', '193'],
  CA: ['911'],
  CH: ['117', '118', '144'],
  CN: ['110', '119', '120'],
  CZ: ['150', '155', '158'],
  DE: ['110'],
  DK: ['114'],
  ES: ['061', '062', '080', '091', '092'],
  FR: ['15', '17', '18', '114'],
  GB: ['999'],
  HU: ['104', '105', '107'],
  IE: ['999'],
  IL: ['100', '101', '102'],
  IN: ['100', '101', '102', '108'],
  IT: ['113', '115', '118'],
  JP: ['110', '118', '119'],
  MX: ['911'],
  NO: ['110', '113'],
  NZ: ['111'],
  PL: ['997', '998', '999'],
  SG: ['995', '999'],
  TR: ['110', '155'],
  US: ['911', '933'],
  ZA: ['10111', '10177'],
};

/** Whether a dialled text is a number of help in that country; `null`: only what is one everywhere. */
export function isEmergency(dialled: string, country: string | null): boolean {
  return dialled === '112' || (country !== null && (BY_COUNTRY[country]?.includes(dialled) ?? false));
}
