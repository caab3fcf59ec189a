// The proof that personal data has been removed: a value that only the scrubber can make.
#pragma once

#include <utility>

namespace understudy::scrub {

/// Read-only: a change after scrubbing would void the proof.
template <class T>
class Scrubbed {
 public:
  Scrubbed(Scrubbed&&) noexcept = default;
  Scrubbed& operator=(Scrubbed&&) noexcept = default;
  const T& operator*() const noexcept { return value_; }
  const T* operator->() const noexcept { return &value_; }
  explicit operator const T&() const noexcept { return value_; }
  /// Gives the value away and with it the proof; for those who only want its memory back.
  T release() && { return std::move(value_); }

 private:
  friend class Scrubber;
  explicit Scrubbed(T&& value) : value_(std::move(value)) {}
  T value_;
};

}  // namespace understudy::scrub
