// Endpoints: method and path with ids taken out, so that findings group by what served them.
#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

/// "GET /products/{id}": digits become {id}, UUIDs {uuid}, ULIDs {ulid}, 16 or more hex digits {hex}, JWTs
/// and long random tokens {token}, addresses {email}. Version segments (v1) stay, the query is dropped, the
/// path is cut at 256 bytes.
std::string endpoint_of(std::string_view method, std::string_view target);

/// The template of one path segment; the segment itself when it looks like a name.
std::string_view segment_template(std::string_view segment) noexcept;

}  // namespace understudy::diff
