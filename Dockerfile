# The product: SIP on 5060 (UDP, TCP) and 5061 (TLS), API on 8080, metrics on 9090, data in /data.
FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has a Node of its own; what else is optional it wants.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node && npm cache clean --force
COPY . .
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production \
    DIDFARM_DATA_DIR=/data \
    DIDFARM_HTTP_HOST=0.0.0.0 \
    DIDFARM_METRICS_HOST=0.0.0.0
USER node
VOLUME /data
EXPOSE 5060/udp 5060/tcp 5061/tcp 8080/tcp 9090/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=16", "bin/didfarm.ts", "serve", "--no-demo"]
