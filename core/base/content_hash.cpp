#include "core/base/content_hash.hpp"

#include <new>

#include <xxhash.h>

namespace understudy {

struct ContentHasher::State {
  XXH64_state_t* xxh = XXH64_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH64_reset(xxh, 0);
  }
  ~State() { XXH64_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

std::uint64_t content_hash(std::string_view bytes) noexcept { return XXH64(bytes.data(), bytes.size(), 0); }

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {}
ContentHasher::~ContentHasher() = default;
ContentHasher::ContentHasher(ContentHasher&&) noexcept = default;
ContentHasher& ContentHasher::operator=(ContentHasher&&) noexcept = default;

void ContentHasher::update(std::string_view bytes) noexcept {
  XXH64_update(state_->xxh, bytes.data(), bytes.size());
}
std::uint64_t ContentHasher::digest() const noexcept { return XXH64_digest(state_->xxh); }
void ContentHasher::reset() noexcept { XXH64_reset(state_->xxh, 0); }

}  // namespace understudy
