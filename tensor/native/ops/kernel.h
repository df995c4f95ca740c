// What every kernel is written with: inputs and outputs that free themselves, registration, and work
// shared out among threads.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <string>
#include <thread>
#include <vector>

#include "capi.h"

// Compiled for several generations of processors; the loader takes the best that is here.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define MDLT_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MDLT_VECTORISED
#endif

namespace mdlt {

using Shape = std::vector<int64_t>;

/** A call of a kernel: its inputs, outputs and failure. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  Call(const Call&) = delete;
  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }

  int inputs() const { return TF_NumInputs(context_); }

  TF_Tensor* tensor(int index) {
    TF_Tensor* found = nullptr;
    TF_GetInput(context_, index, &found, status_);
    tensors_.push_back(found);
    return found;
  }

  /** The values of an input. */
  const float* input(int index) { return values(tensor(index)); }

  /** A new output, not filled. */
  float* output(int index, const Shape& shape) {
    size_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= size;
    TF_Tensor* made = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), int(shape.size()), bytes, status_);
    tensors_.push_back(made);
    return values(made);
  }

  /** Makes the call fail, with a sentence. */
  void fail(const std::string& sentence) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, sentence.c_str()); }

  static float* values(TF_Tensor* tensor) { return static_cast<float*>(TF_TensorData(tensor)); }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

inline Shape shapeOf(const TF_Tensor* tensor) {
  Shape shape(TF_NumDims(tensor));
  for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor, int(i));
  return shape;
}

/** The threads that an operation may use: those that TensorFlow's own may. */
inline int threads() {
  static const int count = [] {
    const char* text = std::getenv("OMP_NUM_THREADS");
    return text == nullptr ? 1 : std::max(1, std::atoi(text));
  }();
  return count;
}

/**
 * Does `work(from, to)` over 0 … items in as many parts as threads, where they hold enough numbers to
 * earn a thread's start. What each item gives does not depend on the parts.
 */
inline void inParts(int64_t items, int64_t numbersPerItem, const std::function<void(int64_t, int64_t)>& work) {
  constexpr int64_t kNumbersPerThread = 1 << 18;
  const int64_t enough = std::max<int64_t>(1, items * numbersPerItem / kNumbersPerThread);
  const int64_t parts = std::min<int64_t>({threads(), enough, items});
  std::vector<std::thread> others;
  for (int64_t part = 1; part < parts; part++) {
    others.emplace_back(work, items * part / parts, items * (part + 1) / parts);
  }
  work(0, items / std::max<int64_t>(1, parts));
  for (std::thread& other : others) other.join();
}

/** Makes an operation known to TensorFlow, with its kernel for processors. */
void registerOp(const char* name, std::initializer_list<const char*> attributes,
                std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
                void (*compute)(void*, TF_OpKernelContext*));

}  // namespace mdlt
