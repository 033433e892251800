# Pin both images by digest where builds must repeat:
#   docker build --build-arg BUILD_IMAGE=node:22-bookworm-slim@sha256:... \
#                --build-arg RUNTIME_IMAGE=gcr.io/distroless/nodejs22-debian12:nonroot@sha256:... .
# Node.js 20 has had no fixes since April 2026; the tests pass on 20 and 22.
ARG BUILD_IMAGE=node:22-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs22-debian12:nonroot

FROM ${RUNTIME_IMAGE} AS runtime

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/image-tree.mjs scripts/images.json scripts/read-schema.mjs ./scripts/
COPY scripts/bundle ./scripts/bundle
COPY proto ./proto
COPY src ./src
# By the very Node.js that will run it.
COPY --from=runtime /nodejs /nodejs
RUN /nodejs/bin/node scripts/image-tree.mjs sidecar /image

# No shell and no package manager from here on; glibc, because musl's resolver fails under ndots:5.
FROM ${RUNTIME_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /image ./
USER 8737
EXPOSE 2948
# The image's entrypoint is node.
CMD ["dist/bundles/driver-plugin.cjs"]
