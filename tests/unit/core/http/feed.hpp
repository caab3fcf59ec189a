// Feeds a parser the way a connection does: bytes arrive in pieces, consumed bytes are dropped, the rest is
// kept.
#pragma once

#include "core/http/parser.hpp"

#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::http {

/// Everything that can be seen of one message, comparable between two ways of splitting the same bytes.
struct Seen {
  enum class End { complete, incomplete, error };

  End end = End::incomplete;
  boost::system::error_code error;
  std::string start_line;  ///< "METHOD target 1.x" or "status reason 1.x"
  std::string fields;      ///< "name: value\n" each
  std::string body;
  std::string trailers;  ///< as fields
  std::string rest;      ///< bytes behind the message
  BodyFraming framing;
  bool keep_alive = false;
  bool expects_continue = false;

  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen);

/// As Seen::fields.
std::string text_of(const Fields& fields);

/// The sizes of the pieces; the last piece takes what is left.
using Pieces = std::vector<std::size_t>;

Pieces whole();
Pieces byte_by_byte(std::size_t size);
Pieces random_pieces(std::size_t size, std::mt19937& random);

/// One request. A parser given as `parser` is reset and used; else a fresh one.
Seen feed_request(std::string_view raw, const Pieces& pieces, const Limits& limits = {},
                  RequestParser* parser = nullptr);

/// One response, and then the close of the connection.
Seen feed_response(std::string_view raw, const Pieces& pieces, std::string_view method = "GET",
                   const Limits& limits = response_limits());

}  // namespace understudy::http
