// Which limit of the configuration a refused message ran into.
#pragma once

#include "proxy/exchange/limit_names.hpp"

#include <optional>

#include <boost/system/error_code.hpp>

namespace understudy::proxy {

/// Of a request that the codec refused with `error`; nothing when it was malformed and not too large.
std::optional<LimitHit> limit_of(const boost::system::error_code& error) noexcept;

}  // namespace understudy::proxy
