// 256 bits that must not stay in memory: locked where the system allows it, overwritten when they are done.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Move-only owner of one key. Lives in OpenSSL's secure heap (guard pages, mlock, no core dump) as long as
/// that has room, else in ordinary memory; cleansed in both.
class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  /// From the operating system's random source; nothing when that fails.
  static std::optional<SecretKey> random();
  /// Nothing when these are not 32 bytes. The caller cleanses its own copy.
  static std::optional<SecretKey> from_bytes(std::string_view bytes);
  /// The other way of `to_base64`.
  static std::optional<SecretKey> from_base64(std::string_view text);

  const unsigned char* data() const noexcept { return bytes_.get(); }
  std::string_view view() const noexcept;
  /// 44 characters. The caller cleanses them.
  std::string to_base64() const;
  SecretKey copy() const { return *from_bytes(view()); }

 private:
  struct Free {
    void operator()(unsigned char* bytes) const noexcept;
  };

  SecretKey();

  std::unique_ptr<unsigned char, Free> bytes_;
};

/// Overwrites what a text held, its unused capacity included.
void cleanse(std::string& text) noexcept;

}  // namespace understudy::capture
