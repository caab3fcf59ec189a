// CRC-32C (Castagnoli), the checksum of capture chunks: by CPU instruction where there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy {

/// As files store it.
inline constexpr std::size_t kCrcBytes = 4;

/// Continues from `crc` (0 to start), so that pieces can be checked in turn.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0) noexcept;

/// The table-driven fallback; public so that tests hold both against each other.
std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc = 0) noexcept;

}  // namespace understudy
