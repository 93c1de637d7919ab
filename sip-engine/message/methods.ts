/** The methods of SIP and its extensions (RFC 3261, 3262, 3311, 3428, 3515, 3903, 6086, 6665), the frequent ones first. */
export const METHODS: readonly string[] = [
  'REGISTER',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'INFO',
  'PRACK',
  'UPDATE',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'PUBLISH',
];
