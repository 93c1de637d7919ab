export type { MessageAnswer, MessageEnd, MessageOrder, SendMessage } from './message-port.ts';
export { MessageRouter } from './message-router.ts';
export { srfMessages } from './srf-messages.ts';
