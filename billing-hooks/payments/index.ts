export { type ChargeAnswer, type PaymentEvent, type PaymentProvider, PaymentRefused } from './payment-provider.ts';
export { bookPayment, findPayment, type Payment, startPayment, takePaymentNotice } from './payments.ts';
export { checkNotice, parseNotice, signNotice } from './signed-notice.ts';
export { createSimulatedProvider, type SimulatedProvider } from './simulated-provider.ts';
