// relu(x), then group norm over 8 groups (Wu and He 2018, biased variance), and its gradient: two
// passes over memory each, where TensorFlow's own operations take some twenty.
#include <cmath>
#include <cstring>

#include "kernel.h"

namespace mdlt {
namespace {

constexpr int64_t kGroups = 8;
constexpr float kEpsilon = 1e-5f;
/** Rows of few channels are worked on several at a time, so that a vector register is filled. */
constexpr int64_t kLanes = 64;

int64_t rowsAtOnce(int64_t channels) { return std::max<int64_t>(1, kLanes / channels); }

/** Adds up lanes that stand for the same channel, into the first `channels` of them. */
void fold(float* lanes, int64_t channels, int64_t rows) {
  for (int64_t row = 1; row < rows; row++) {
    for (int64_t c = 0; c < channels; c++) lanes[c] += lanes[row * channels + c];
  }
}

/** Repeats the first `channels` numbers for every row that is worked on at once. */
void spread(float* lanes, int64_t channels, int64_t rows) {
  for (int64_t row = 1; row < rows; row++) std::memcpy(lanes + row * channels, lanes, channels * sizeof(float));
}

/** Sums of relu(x) and its square, lane by lane. */
MDLT_VECTORISED void sumSquares(const float* __restrict x, int64_t width, float* __restrict sum,
                                float* __restrict square) {
  for (int64_t i = 0; i < width; i++) {
    const float r = std::max(x[i], 0.0f);
    sum[i] += r;
    square[i] += r * r;
  }
}

MDLT_VECTORISED void scaleShift(const float* __restrict x, int64_t width, const float* __restrict factor,
                                const float* __restrict offset, float* __restrict y) {
  for (int64_t i = 0; i < width; i++) y[i] = std::max(x[i], 0.0f) * factor[i] + offset[i];
}

/** Sums of dy and of dy · relu(x), lane by lane. */
MDLT_VECTORISED void sumGradients(const float* __restrict dy, const float* __restrict x, int64_t width,
                                  float* __restrict sum, float* __restrict product) {
  for (int64_t i = 0; i < width; i++) {
    sum[i] += dy[i];
    product[i] += dy[i] * std::max(x[i], 0.0f);
  }
}

/** dx = dy · p + rest − x · q where x is positive, else 0; and its sums. */
MDLT_VECTORISED void inputGradient(const float* __restrict dy, const float* __restrict x, int64_t width,
                                   const float* __restrict p, const float* __restrict q,
                                   const float* __restrict rest, float* __restrict dx, float* __restrict sum) {
  for (int64_t i = 0; i < width; i++) {
    const float d = x[i] > 0 ? dy[i] * p[i] + rest[i] - x[i] * q[i] : 0.0f;
    dx[i] = d;
    sum[i] += d;
  }
}

/** Calls `work(offset, width)` for all positions of an image, in blocks of `rows` positions. */
template <typename Work>
void overPositions(int64_t positions, int64_t channels, int64_t rows, const Work& work) {
  const int64_t end = positions * channels, width = rows * channels;
  for (int64_t at = 0; at < end; at += width) work(at, std::min(width, end - at));
}

void forward(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor* input = call.tensor(0);
  const Shape shape = shapeOf(input);
  const int64_t images = shape.front(), channels = shape.back();
  const int64_t positions = TF_TensorElementCount(input) / std::max<int64_t>(1, images * channels);
  if (channels % kGroups != 0) return call.fail("Cannot normalise: the channels must be a multiple of 8");
  const float *x = Call::values(input), *scale = call.input(1), *shift = call.input(2);
  float *y = call.output(0, shape), *mean = call.output(1, {images, channels}),
        *reciprocal = call.output(2, {images, channels});
  const int64_t rows = rowsAtOnce(channels), size = channels / kGroups;
  inParts(images, positions * channels, [=](int64_t from, int64_t to) {
    std::vector<float> lanes(4 * rows * channels);
    float *sum = lanes.data(), *square = sum + rows * channels, *factor = square + rows * channels,
          *offset = factor + rows * channels;
    for (int64_t image = from; image < to; image++) {
      const float* own = x + image * positions * channels;
      float *mu = mean + image * channels, *rho = reciprocal + image * channels;
      std::fill(sum, sum + 2 * rows * channels, 0.0f);
      overPositions(positions, channels, rows,
                    [&](int64_t at, int64_t width) { sumSquares(own + at, width, sum, square); });
      fold(sum, channels, rows);
      fold(square, channels, rows);
      for (int64_t first = 0; first < channels; first += size) {
        float total = 0, squares = 0;
        for (int64_t c = first; c < first + size; c++) total += sum[c], squares += square[c];
        const float count = float(positions * size), m = total / count;
        // Rounding may put the variance of numbers that are all alike below 0.
        const float r = 1 / std::sqrt(std::max(0.0f, squares / count - m * m) + kEpsilon);
        for (int64_t c = first; c < first + size; c++) {
          mu[c] = m;
          rho[c] = r;
          factor[c] = r * scale[c];
          offset[c] = shift[c] - factor[c] * m;
        }
      }
      spread(factor, channels, rows);
      spread(offset, channels, rows);
      float* result = y + image * positions * channels;
      overPositions(positions, channels, rows, [&](int64_t at, int64_t width) {
        scaleShift(own + at, width, factor, offset, result + at);
      });
    }
  });
}

void backward(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor* gradient = call.tensor(0);
  const Shape shape = shapeOf(gradient);
  const int64_t images = shape.front(), channels = shape.back();
  const int64_t positions = TF_TensorElementCount(gradient) / std::max<int64_t>(1, images * channels);
  const float *dy = Call::values(gradient), *x = call.input(1), *mean = call.input(2), *reciprocal = call.input(3),
              *scale = call.input(4);
  float *dx = call.output(0, shape), *dscale = call.output(1, {channels}), *dshift = call.output(2, {channels}),
        *dbias = call.output(3, {channels});
  const int64_t rows = rowsAtOnce(channels), size = channels / kGroups;
  // Every image's own sums first, then over the images in their order: the same bits on any threads.
  std::vector<float> ofImages(images * 3 * channels);
  float* ofImage = ofImages.data();
  inParts(images, positions * channels, [=](int64_t from, int64_t to) {
    std::vector<float> lanes(6 * rows * channels);
    const int64_t width = rows * channels;
    float *sum = lanes.data(), *product = sum + width, *total = product + width, *p = total + width, *q = p + width,
          *rest = q + width;
    const float count = float(positions);
    for (int64_t image = from; image < to; image++) {
      const int64_t start = image * positions * channels;
      const float *mu = mean + image * channels, *rho = reciprocal + image * channels;
      float *scales = ofImage + image * 3 * channels, *shifts = scales + channels, *biases = shifts + channels;
      std::fill(sum, sum + 3 * width, 0.0f);
      overPositions(positions, channels, rows, [&](int64_t at, int64_t block) {
        sumGradients(dy + start + at, x + start + at, block, sum, product);
      });
      fold(sum, channels, rows);
      fold(product, channels, rows);
      for (int64_t first = 0; first < channels; first += size) {
        float ofDy = 0, ofNormalised = 0;
        for (int64_t c = first; c < first + size; c++) {
          const float meanDy = sum[c] / count, normalised = (product[c] / count - meanDy * mu[c]) * rho[c];
          scales[c] = normalised * count;
          shifts[c] = sum[c];
          ofDy += meanDy * scale[c];
          ofNormalised += normalised * scale[c];
        }
        for (int64_t c = first; c < first + size; c++) {
          p[c] = rho[c] * scale[c];
          q[c] = rho[c] * rho[c] * (ofNormalised / size);
          rest[c] = q[c] * mu[c] - rho[c] * (ofDy / size);
        }
      }
      for (float* each : {p, q, rest}) spread(each, channels, rows);
      overPositions(positions, channels, rows, [&](int64_t at, int64_t block) {
        inputGradient(dy + start + at, x + start + at, block, p, q, rest, dx + start + at, total);
      });
      fold(total, channels, rows);
      std::copy(total, total + channels, biases);
    }
  });
  for (float* each : {dscale, dshift, dbias}) std::fill(each, each + channels, 0.0f);
  for (int64_t image = 0; image < images; image++) {
    const float* own = ofImage + image * 3 * channels;
    for (int64_t c = 0; c < channels; c++) {
      dscale[c] += own[c];
      dshift[c] += own[channels + c];
      dbias[c] += own[2 * channels + c];
    }
  }
}

}  // namespace

void registerGroupNorm() {
  registerOp("MdltReluGroupNorm", {}, {"x: float", "scale: float", "shift: float"},
             {"y: float", "mean: float", "reciprocal: float"}, forward);
  registerOp("MdltReluGroupNormGrad", {},
             {"dy: float", "x: float", "mean: float", "reciprocal: float", "scale: float"},
             {"dx: float", "dscale: float", "dshift: float", "dbias: float"}, backward);
}

}  // namespace mdlt
