import Srf from 'drachtio-srf';

/** A drachtio application: MESSAGE is answered, INVITE bridged to the callee. usage: APP_PORT CALLEE_PORT */
const [appPort, calleePort] = process.argv.slice(2);
const srf = new Srf();
srf.use((req, res, next) => void (req.method === 'MESSAGE' ? res.send(200) : next()));
srf.invite(async (req, res) => {
  try {
    const { uas, uac } = await srf.createB2BUA(req, res, `sip:callee@127.0.0.1:${calleePort}`, { localSdpB: req.body });
    uas.on('destroy', () => void uac.destroy());
    uac.on('destroy', () => void uas.destroy());
  } catch {
    // The caller's side counts what failed.
  }
});
srf.on('connect', () => console.log(JSON.stringify({ ready: 1 })));
void srf.connect({ host: '127.0.0.1', port: Number(appPort), secret: 'bench' });
process.once('SIGTERM', () => process.exit(0));
