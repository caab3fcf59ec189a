#include "replay/outbound_request.hpp"

#include "core/http/serializer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace understudy::replay {

OutboundRequest::OutboundRequest(const guard::ShadowRequest<http::Request>& admitted,
                                 std::string_view default_host, std::uint64_t exchange_id)
    : wire_(http::to_wire(admitted.request(), default_host)), method_size_(wire_.find(' ')) {
  wire_.insert(wire_.find("\r\n") + 2, fmt::format("X-Shadow: v1;id={};hop=1\r\n", exchange_id));
}

bool OutboundRequest::idempotent() const noexcept {
  constexpr std::array<std::string_view, 5> kIdempotent{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
  return std::ranges::find(kIdempotent, method()) != kIdempotent.end();
}

}  // namespace understudy::replay
