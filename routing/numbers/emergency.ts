/**
 * Numbers of help by country (ISO 3166 alpha-2), as they are dialled: police, fire, ambulance, rescue at sea. 112 works
 * everywhere in the EU and on mobile networks, and is taken everywhere; countries that have no other are left out.
 * Collected from general knowledge of the countries' plans, not checked against ITU-T E.129 or a regulator's list: have
 * the numbers of a country confirmed before it is served. Numbers that only advise (DK 114, US 311) are none.
 */
const BY_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  AE: ['997', '998', '999'],
  AR: ['100', '101', '107', '911'],
  AT: ['122', '133', '140', '144'],
  AU: ['000', '106'],
  BE: ['100', '101'],
  BR: ['190', '192', '193'],
  CA: ['911'],
  CH: ['117', '118', '144', '1414'],
  CL: ['131', '132', '133'],
  CN: ['110', '119', '120', '122'],
  CO: ['123'],
  CY: ['199'],
  CZ: ['150', '155', '156', '158'],
  DE: ['110'],
  EG: ['122', '123', '180'],
  ES: ['061', '062', '080', '091', '092'],
  FR: ['15', '17', '18', '114', '191', '196'],
  GB: ['999'],
  GR: ['100', '108', '166', '199'],
  HK: ['999'],
  HR: ['192', '193', '194', '195'],
  HU: ['104', '105', '107'],
  ID: ['110', '113', '118', '119'],
  IE: ['999'],
  IL: ['100', '101', '102'],
  IN: ['100', '101', '102', '108'],
  IT: ['113', '115', '118', '1530'],
  JP: ['110', '118', '119'],
  KE: ['999'],
  KR: ['119'],
  LU: ['113'],
  MA: ['15', '19', '190'],
  MX: ['911'],
  MY: ['999'],
  NO: ['110', '113'],
  NZ: ['111'],
  PE: ['105', '106', '116'],
  PH: ['911'],
  PL: ['997', '998', '999'],
  RS: ['192', '193', '194'],
  RU: ['101', '102', '103'],
  SA: ['911', '997', '998', '999'],
  SG: ['995', '999'],
  SI: ['113'],
  SK: ['150', '155', '158'],
  TH: ['191', '199', '1669'],
  TR: ['110', '155', '156', '158'],
  TW: ['110', '119'],
  UA: ['101', '102', '103'],
  // 933 reads the caller's registered address back over the very way that 911 takes.
  US: ['911', '933'],
  VN: ['113', '114', '115'],
  ZA: ['10111', '10177'],
};

/** Whether a dialled text is a number of help in that country; `null`: only what is one everywhere. */
export function isEmergency(dialled: string, country: string | null): boolean {
  return dialled === '112' || (country !== null && (BY_COUNTRY[country]?.includes(dialled) ?? false));
}

/** Every number of the table, for what checks it. */
export function emergencyNumbers(): readonly (readonly [country: string, number: string])[] {
  return Object.entries(BY_COUNTRY).flatMap(([country, numbers]) =>
    numbers.map((number) => [country, number] as const),
  );
}
