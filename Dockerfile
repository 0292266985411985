# syntax=docker/dockerfile:1
# Three images from one file. `docker build -t tomoshibi .` makes the line; `--target front` the Kamailio in front of it.
# The page is in services/console/dist already, so no Node is needed; TLS is rustls on ring, so no OpenSSL either.
# Whoever publishes these pins the base images by digest: --build-arg RUST=rust@sha256:… --build-arg DEBIAN=debian@sha256:…
ARG RUST=rust:1.95.0-bookworm
ARG DEBIAN=debian:bookworm-slim

FROM ${RUST} AS build
WORKDIR /src
COPY . .
# The toolchain file names rustfmt and clippy too, which are of no use here.
RUN rm rust-toolchain.toml
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked -p tomoshibi && install -D -s target/release/tomoshibi /out/tomoshibi

FROM ${DEBIAN} AS front
# Debian keeps only the newest build of a version: a pinned one cannot be had again next month.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends kamailio \
    && rm -rf /var/lib/apt/lists/*
USER 10002:10002
EXPOSE 5060/udp 5060/tcp
ENTRYPOINT ["/usr/sbin/kamailio", "-DD", "-E", "-f", "/etc/front/kamailio.cfg", "-Y", "/tmp", "-P", "/tmp/pid", "-m", "64", "-M", "8"]

FROM ${DEBIAN} AS line
# The roots by which PostgreSQL, Redis, centres and gateways prove themselves.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/tomoshibi
COPY --from=build /out/tomoshibi /usr/local/bin/tomoshibi
ENV TOMOSHIBI_DATA=/var/lib/tomoshibi TOMOSHIBI_HTTP__LISTEN=0.0.0.0:8080
USER 10001:10001
VOLUME /var/lib/tomoshibi
EXPOSE 8080/tcp 5060/udp 5060/tcp
ENTRYPOINT ["tomoshibi"]
CMD ["serve"]
