# MDLT bench with everything that it needs, so that it runs without a network: docs/installing.md.
#
#   docker build -t mdlt-bench .                              # for processors
#   docker build -t mdlt-bench:gpu --build-arg CUDA=1 .       # for NVIDIA GPUs, and processors
#   docker run --rm --network none -v "$PWD/results:/home/bench/runs/results" mdlt-bench bench --preset smoke

FROM node:20.19.5-bookworm-slim AS base
# The fonts are for charts as PNG.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates fontconfig fonts-dejavu-core git \
  && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 bench \
  && install -d -o bench /opt/deno /opt/mdlt /opt/native \
  && install -d -m 1777 /home/bench/runs /var/cache/mdlt-bench

FROM base AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
USER bench
RUN npm install --prefix /opt/deno deno@2.9.6
ARG CUDA=0
ENV PATH=/opt/deno/node_modules/.bin:$PATH \
    DENO_DIR=/opt/deno/cache \
    MDLT_BENCH_CUDA=$CUDA \
    MDLT_BENCH_NATIVE=/opt/native
WORKDIR /opt/mdlt
COPY --chown=bench . .
# A first run fetches and compiles all that later ones need; whoever runs the image may read it.
RUN deno install --frozen \
  && deno task bench --preset smoke --methods erm --seeds 1 --backend native --out /tmp/first \
  && rm -r /tmp/first && chmod -R a+rX /opt/*

# What was built belongs to root from here on: nobody who runs the image can change it.
FROM base
COPY --from=build --chown=root:root /opt /opt
ARG CUDA=0
ENV PATH=/opt/deno/node_modules/.bin:$PATH \
    DENO_DIR=/opt/deno/cache \
    MDLT_BENCH_CUDA=$CUDA \
    MDLT_BENCH_NATIVE=/opt/native \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    XDG_CACHE_HOME=/var/cache/mdlt-bench
USER bench
WORKDIR /home/bench/runs
ENTRYPOINT ["deno", "task", "--quiet", "--config", "/opt/mdlt/deno.json"]
CMD ["bench", "--help"]
