// The absolute URL of a recorded exchange, and single header values: what every export needs.
#pragma once

#include "capture-format/record.hpp"

#include <string>
#include <string_view>

namespace understudy::capture {

/// The first value of that name (case does not matter), or empty.
std::string_view header_value(const MessageView& message, std::string_view name) noexcept;

/// As it was imported, or put together from scheme, authority (else Host, else unknown.invalid) and target.
std::string url_of(const ExchangeView& exchange);

}  // namespace understudy::capture
