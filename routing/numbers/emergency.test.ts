import { isSupportedCountry, isValidPhoneNumber } from 'libphonenumber-js';
import t from 'tap';
import { emergencyNumbers, isEmergency, mayBeEmergency } from './emergency.ts';

t.test('the numbers that people know by heart are numbers of help where they are', async (t) => {
  for (const [country, ...numbers] of [
    ['US', '911'],
    ['CA', '911'],
    ['MX', '911'],
    ['GB', '999'],
    ['IE', '999'],
    ['HK', '999'],
    ['AU', '000'],
    ['NZ', '111'],
    ['DE', '110', '112'],
    ['AT', '122', '133', '144'],
    ['CH', '117', '118', '144'],
    ['FR', '15', '17', '18'],
    ['IT', '113', '115', '118'],
    ['ES', '061', '091'],
    ['JP', '110', '119'],
    ['CN', '110', '119', '120'],
    ['KR', '112', '119'],
    ['IN', '100', '101', '102', '112'],
    ['BR', '190', '192', '193'],
    ['ZA', '10111', '10177'],
    ['RU', '01', '101', '112'],
    ['SN', '17', '18'],
    ['KZ', '101', '103'],
    ['PK', '15', '1122'],
    ['TN', '190', '197', '198'],
    ['UY', '911'],
    ['NL', '112'],
    ['SE', '112'],
  ] as const) {
    for (const number of numbers) t.ok(isEmergency(number, country), `${country} ${number}`);
  }
});

t.test('numbers that advise, and those of other countries, are none', async (t) => {
  for (const [country, number] of [
    ['DK', '114'],
    ['HK', '992'],
    ['CZ', '151'],
    ['GB', '101'],
    ['GB', '111'],
    ['US', '311'],
    ['US', '411'],
    ['NL', '911'],
    ['DE', '999'],
    ['AU', '911'],
    ['FR', '118'],
    ['US', '9110'],
    ['US', '91'],
  ] as const) {
    t.notOk(isEmergency(number, country), `${country} ${number}`);
  }
});

t.test('the table names countries, and nothing in it could be anybody’s telephone', async (t) => {
  for (const [country, number] of emergencyNumbers()) {
    t.ok(isSupportedCountry(country), country);
    t.match(number, /^\d{2,5}$/, `${country} ${number}`);
    if (isSupportedCountry(country)) t.notOk(isValidPhoneNumber(number, country), `${country} ${number}`);
  }
});

t.test('a Request-URI tells whether a call may be for help before anybody knows who calls', async (t) => {
  for (const uri of [
    'sip:112@example.com',
    'SIPS:911@192.0.2.1:5061',
    'tel:10111',
    'sip:999;phone-context=x@example.com',
  ])
    t.ok(mayBeEmergency(uri), uri);
  for (const uri of [
    'sip:+49112@example.com',
    'sip:1120@example.com',
    'sip:112',
    'sip:alice@112',
    'sip:4711@example.com',
  ])
    t.equal(mayBeEmergency(uri), uri === 'sip:112', uri);
});
