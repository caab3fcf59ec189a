// A chunked body whose line ends an editor or a version control has turned into bare line feeds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

struct BareChunkedBody {
  std::string body;
  std::size_t consumed = 0;  ///< of the bytes, the last chunk's empty line included
};

/// Nothing when it is not whole. Trailers are passed over.
std::optional<BareChunkedBody> decode_bare_chunked(std::string_view bytes);

}  // namespace understudy::capture
