// Images gathered from among all of a data set and normalised, in one pass over memory.
#include "kernel.h"

namespace mdlt {
namespace {

constexpr int64_t kChannels = 3, kLevels = 256;

void normalise(const uint8_t* pixels, int64_t count, const float* tables, float* result) {
  const float *red = tables, *green = red + kLevels, *blue = green + kLevels;
  for (int64_t i = 0; i < count; i += kChannels) {
    result[i] = red[pixels[i]];
    result[i + 1] = green[pixels[i + 1]];
    result[i + 2] = blue[pixels[i + 2]];
  }
}

/** Inputs: pixels of all images (channels last), the numbers of those wanted, a table of each channel. */
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor *all = call.tensor(0), *wanted = call.tensor(1), *levels = call.tensor(2);
  Shape shape = shapeOf(all);
  const int64_t images = shape[0], count = TF_TensorElementCount(wanted);
  int64_t numbers = 1;
  for (size_t i = 1; i < shape.size(); i++) numbers *= shape[i];
  const uint8_t* pixels = static_cast<const uint8_t*>(TF_TensorData(all));
  const int32_t* rows = static_cast<const int32_t*>(TF_TensorData(wanted));
  const float* tables = Call::values(levels);
  if (shape.back() != kChannels || TF_TensorElementCount(levels) != kChannels * kLevels) {
    return call.fail("images need three channels with a table of 256 numbers each");
  }
  for (int64_t i = 0; i < count; i++) {
    if (rows[i] < 0 || rows[i] >= images) {
      return call.fail("there is no image " + std::to_string(rows[i]) + " among " + std::to_string(images));
    }
  }
  shape[0] = count;
  float* result = call.output(0, shape);
  inParts(count, numbers, [=](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) normalise(pixels + rows[i] * numbers, numbers, tables, result + i * numbers);
  });
}

}  // namespace

void registerImages() {
  registerOp("MdltImages", {}, {"pixels: uint8", "rows: int32", "tables: float"}, {"images: float"}, compute);
}

}  // namespace mdlt
