// XXH64 of a body: what captures store and what the stub and the diff match on. Not a secret-keeping hash.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace understudy {

std::uint64_t content_hash(std::string_view bytes) noexcept;

/// The same hash over bytes that arrive in pieces.
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();
  ContentHasher(ContentHasher&&) noexcept;
  ContentHasher& operator=(ContentHasher&&) noexcept;

  void update(std::string_view bytes) noexcept;
  std::uint64_t digest() const noexcept;
  void reset() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace understudy
