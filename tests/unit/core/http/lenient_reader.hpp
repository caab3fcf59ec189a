// Reads a head the way the most careless origin would: if even that one finds a single framing, all do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::http {

/// What a reader sees that takes CR, LF and NUL for line ends, and ignores blanks, control and 8-bit bytes
/// around names and values.
struct LenientHead {
  std::size_t size = 0;  ///< bytes up to and including the first empty line; 0: there is none
  unsigned hosts = 0;
  std::vector<std::string> content_lengths;
  std::vector<std::string> transfer_encodings;
};

/// How a field name is compared: as CGI-like origins do, to whom '_' and '-' are the same, or not.
enum class Names { cgi, http };

LenientHead read_leniently(std::string_view wire, Names names);

}  // namespace understudy::http
