// A step of Adam over all parameters in one operation.
#include <cmath>
#include <cstring>

#include "kernel.h"

namespace mdlt {
namespace {

/** What an update is made with; see `nn/adam.ts`. */
struct Settings {
  float beta1, beta2, oneMinusBeta1, oneMinusBeta2, epsilon, weightDecay;
};

MDLT_VECTORISED void update(const float* __restrict weight, const float* __restrict gradient, int64_t size,
                            const Settings& settings, float step, float root, float* __restrict first,
                            float* __restrict second, float* __restrict result) {
  const Settings s = settings;
  for (int64_t i = 0; i < size; i++) {
    const float g = gradient[i] + s.weightDecay * weight[i];
    first[i] = first[i] * s.beta1 + g * s.oneMinusBeta1;
    second[i] = second[i] * s.beta2 + g * g * s.oneMinusBeta2;
    result[i] = weight[i] - first[i] * step / (std::sqrt(second[i]) / root + s.epsilon);
  }
}

/** Inputs: N weights, N gradients, both moments (flat), settings, step size, √ of the second's correction. */
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int count = (call.inputs() - 5) / 2;
  TF_Tensor* moments = call.tensor(2 * count);
  const int64_t total = TF_TensorElementCount(moments);
  const float *first = Call::values(moments), *second = call.input(2 * count + 1);
  const float *s = call.input(2 * count + 2);
  const float step = *call.input(2 * count + 3), root = *call.input(2 * count + 4);
  const Settings settings{s[0], s[1], s[2], s[3], s[4], s[5]};
  float *newFirst = call.output(count, {total}), *newSecond = call.output(count + 1, {total});
  std::memcpy(newFirst, first, total * sizeof(float));
  std::memcpy(newSecond, second, total * sizeof(float));
  int64_t at = 0;
  for (int i = 0; i < count; i++) {
    TF_Tensor* weight = call.tensor(i);
    const float *w = Call::values(weight), *g = call.input(count + i);
    const int64_t size = TF_TensorElementCount(weight);
    float *result = call.output(i, shapeOf(weight)), *m = newFirst + at, *v = newSecond + at;
    inParts(size, 4, [=](int64_t from, int64_t to) {
      update(w + from, g + from, to - from, settings, step, root, m + from, v + from, result + from);
    });
    at += size;
  }
}

}  // namespace

void registerAdam() {
  registerOp("MdltAdam", {"N: int"},
             {"weights: N * float", "gradients: N * float", "first: float", "second: float", "settings: float",
              "step: float", "root: float"},
             {"new_weights: N * float", "new_first: float", "new_second: float"}, compute);
}

}  // namespace mdlt
