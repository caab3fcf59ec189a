// How mirrored traffic is marked, so that it is recognised and never mirrored again.
#pragma once

#include <string_view>

namespace understudy::guard {

/// `X-Shadow: v1;id=<exchange id>;hop=1` on every mirrored request. The guard denies requests that carry it.
inline constexpr std::string_view kShadowMarkerField = "X-Shadow";

}  // namespace understudy::guard
