// A mirrored request as the shadow gets it: end-to-end fields only, its Host by choice, and the shadow
// marker.
#pragma once

#include "proxy/shadow/scrubbed_request.hpp"
#include "proxy/shadow/shadow_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::proxy {

struct MirrorAddress {
  HostMode host = HostMode::keep;
  std::string authority;  ///< the shadow's, for HostMode::target and for requests without a Host
};

/// Appends a whole HTTP/1.1 request. Hop-by-hop fields, Expect, Trailer and trailers are left out (the body
/// is whole, so it goes with Content-Length); an absolute-form target becomes origin-form and its authority
/// the Host (RFC 9112 §3.2.2).
void append_mirror_request(std::string& out, const MirrorRequest& request, const MirrorAddress& address,
                           std::uint64_t exchange_id);

}  // namespace understudy::proxy
