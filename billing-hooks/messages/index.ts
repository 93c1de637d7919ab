export { carryMessages, fetchMessages } from './carry-messages.ts';
export { countSegments, type Segments } from './count-segments.ts';
export { type DeliveryReceipt, deliverMessage, takeReceipt } from './deliver-messages.ts';
export { MessageCourier } from './message-courier.ts';
export { PbxMessages, type SendToPbx } from './pbx-messages.ts';
export { acceptMessage, MessageLimitError, type MessageRequest, MOST_SEGMENTS, PER_MINUTE } from './send-message.ts';
export { type InboundMessage, takeInbound } from './take-inbound.ts';
export { takeSipMessages } from './take-sip-messages.ts';
