// Counts the endpoints of one chunk without allocating; the file's totals are summed from these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace understudy::capture {

/// An open-addressing table of fixed size. What does not fit any more is counted in `other`.
class RouteTable {
 public:
  void clear() noexcept {
    slots_.fill({});
    text_size_ = 0;
    used_ = 0;
    other_ = 0;
  }

  void count(std::uint64_t path_hash, std::string_view method, std::string_view path) noexcept {
    const auto hash = mixed(path_hash, method);
    for (std::size_t probe = 0; probe < kProbesMax; ++probe) {
      auto& slot = slots_[(hash + probe) % kSlots];
      if (slot.exchanges == 0 && !claim(slot, hash, method, path)) break;
      if (slot.hash != hash) continue;
      ++slot.exchanges;
      return;
    }
    ++other_;
  }

  /// Calls `visit(std::string_view route, std::uint32_t exchanges)`, route being "METHOD path".
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& slot : slots_)
      if (slot.exchanges != 0)
        visit(std::string_view(text_.data() + slot.text_at, slot.text_size), slot.exchanges);
  }

  std::uint64_t other() const noexcept { return other_; }

 private:
  static constexpr std::size_t kSlots = 512;
  static constexpr std::size_t kUsedMax = 384;
  static constexpr std::size_t kProbesMax = 32;
  static constexpr std::size_t kTextBytes = 24 * 1024;
  static constexpr std::size_t kMethodBytesMax = 32;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t exchanges = 0;
    std::uint16_t text_at = 0;
    std::uint16_t text_size = 0;
  };

  static std::uint64_t mixed(std::uint64_t path_hash, std::string_view method) noexcept {
    std::uint64_t hash = path_hash;
    for (const char c : method.substr(0, kMethodBytesMax))
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
  }

  bool claim(Slot& slot, std::uint64_t hash, std::string_view method, std::string_view path) noexcept {
    method = method.substr(0, kMethodBytesMax);
    const auto size = method.size() + 1 + path.size();
    if (used_ == kUsedMax || text_size_ + size > text_.size()) return false;
    char* at = text_.data() + text_size_;
    if (!method.empty()) std::memcpy(at, method.data(), method.size());
    at[method.size()] = ' ';
    if (!path.empty()) std::memcpy(at + method.size() + 1, path.data(), path.size());
    slot = {hash, 0, static_cast<std::uint16_t>(text_size_), static_cast<std::uint16_t>(size)};
    text_size_ += size;
    ++used_;
    return true;
  }

  std::array<Slot, kSlots> slots_{};
  std::array<char, kTextBytes> text_;
  std::size_t text_size_ = 0;
  std::size_t used_ = 0;
  std::uint64_t other_ = 0;
};

}  // namespace understudy::capture
