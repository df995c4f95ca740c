# MDLT bench with everything that it needs, so that it runs without a network.
#
#   docker build -t mdlt-bench .
#   docker run --rm --network none -v "$PWD/results:/home/bench/runs/results" mdlt-bench bench --preset smoke
#
# It is for processors. Apptainer takes it too: apptainer build mdlt.sif docker-daemon://mdlt-bench:latest
FROM node:20.19.5-bookworm-slim

RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates g++ git python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 10001 bench && mkdir /home/bench/runs /opt/mdlt \
  && chown bench:bench /home/bench/runs /opt/mdlt
USER bench
RUN npm install --prefix /home/bench/deno deno@2.9.6
ENV PATH=/home/bench/deno/node_modules/.bin:$PATH \
    DENO_DIR=/home/bench/cache/deno \
    MDLT_BENCH_CACHE=/home/bench/cache/mdlt

WORKDIR /opt/mdlt
COPY --chown=bench:bench . .
# A first run fetches and compiles all that later ones need.
RUN deno install --frozen \
  && deno task bench --preset smoke --methods erm --seeds 1 --out /tmp/first && rm -r /tmp/first

WORKDIR /home/bench/runs
ENTRYPOINT ["deno", "task", "--quiet", "--config", "/opt/mdlt/deno.json"]
CMD ["bench", "--help"]
