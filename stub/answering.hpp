// From a book of recorded responses to a server's handler.
#pragma once

#include "core/net/server.hpp"
#include "stub/response_book.hpp"

#include <memory>

namespace understudy::stub {

enum class Delay : unsigned char { none, recorded };

/// A handler that any number of workers may share. Unknown requests get a 501 that says what was looked for.
net::Handler make_handler(std::shared_ptr<const ResponseBook> book, Delay delay);

}  // namespace understudy::stub
