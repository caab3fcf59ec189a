// How capture files are called, from their first byte to their last: what recorders name and readers look
// for.
#pragma once

#include <string>
#include <string_view>

namespace understudy::capture {

inline constexpr std::string_view kFileSuffix = ".ucap.zst";
/// Behind kFileSuffix while the file is being written.
inline constexpr std::string_view kOpenSuffix = ".part";
inline constexpr std::string_view kOpenFileSuffix = ".ucap.zst.part";
/// Behind kFileSuffix: what a killed recorder left, where it is damaged; a copy of what is whole is beside
/// it.
inline constexpr std::string_view kDamagedSuffix = ".damaged";
inline constexpr std::string_view kDamagedFileSuffix = ".ucap.zst.damaged";

/// Sealed, still open or left so; hidden files are nobody's captures.
inline bool is_capture_name(std::string_view name) noexcept {
  return !name.starts_with('.') && (name.ends_with(kFileSuffix) || name.ends_with(kOpenFileSuffix));
}

/// The name, or path, that an open file gets when it is sealed; any other name stays.
inline std::string sealed_name(std::string_view name) {
  return std::string(name.ends_with(kOpenSuffix) ? name.substr(0, name.size() - kOpenSuffix.size()) : name);
}

}  // namespace understudy::capture
