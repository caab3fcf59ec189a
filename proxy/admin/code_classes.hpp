// The label values of metrics that count by class of status.
#pragma once

#include <array>
#include <string_view>

namespace understudy::proxy {

/// By status / 100 - 1.
inline constexpr std::array<std::string_view, 5> kCodeClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};

}  // namespace understudy::proxy
