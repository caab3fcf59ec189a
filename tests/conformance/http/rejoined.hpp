// Messages compared without the borders between their chunks, which depend on how the bytes arrived.
#pragma once

#include <string>

namespace understudy::test {

/// `bytes`, a request, with a chunked body as one chunk. What is no whole request comes back as it is.
std::string rejoined_request(const std::string& bytes);

/// The same for the responses to one GET, interim ones in front included.
std::string rejoined_response(const std::string& bytes);

}  // namespace understudy::test
