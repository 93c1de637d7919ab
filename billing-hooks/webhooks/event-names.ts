/** What can be subscribed to: the eight events of the guide (F-080 to F-086), and our own. */
export const EVENT_NAMES = [
  'number.activated',
  'number.suspended',
  'number.released',
  'regulatory.approved',
  'regulatory.rejected',
  'trunk.registered',
  'trunk.offline',
  'message.received',
  'number.renewal_due',
  'trunk.credentials_moved',
] as const;
