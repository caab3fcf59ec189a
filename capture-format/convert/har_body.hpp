// Bodies of HAR entries: text or base64, rebuilt from parameters, or named as missing with their true length.
#pragma once

#include "capture-format/convert/har_entry.hpp"

#include <boost/json.hpp>

namespace understudy::capture {

/// `source` is the entry's request; the method and the headers have been read.
void read_request_body(HarExchange& exchange, const boost::json::object& source);

/// `source` is the entry's response; status and headers have been read.
void read_response_body(HarExchange& exchange, const boost::json::object& source);

}  // namespace understudy::capture
