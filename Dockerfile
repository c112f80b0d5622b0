FROM node:26-slim
WORKDIR /app
# The image brings Node: the optional dependency that pins it for a checkout stays out.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY README.md LICENSE CHANGELOG.md SECURITY.md ./
COPY migrations ./migrations
COPY assets ./assets
COPY src ./src
RUN install -d -o node -g node -m 0700 /data
USER node
# In a container every address is the container's own; which ports are published is said outside.
ENV NODE_ENV=production \
    POSTERN_DATA=/data \
    POSTERN_LISTEN_SITE=0.0.0.0:8080 \
    POSTERN_LISTEN_CONSOLE=0.0.0.0:8081 \
    POSTERN_LISTEN_POLICY=0.0.0.0:10040 \
    POSTERN_LISTEN_LOOKUP=0.0.0.0:8070 \
    POSTERN_LISTEN_INTAKE=0.0.0.0:8025 \
    POSTERN_LISTEN_LMTP=0.0.0.0:8024
VOLUME /data
EXPOSE 8080 8081 10040 8070 8025 8024
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/cli.ts"]
CMD ["serve"]
