export type { MessageAnswer, MessageEnd, MessageOrder, SendMessage } from './message-port.ts';
export { MessageRouter } from './message-router.ts';
export { MESSAGE_STEPS } from './read-message.ts';
export { srfMessages } from './srf-messages.ts';
