// Between capture records and HTTP values, for every tool that reads or makes captures.
#pragma once

#include "capture-format/record.hpp"
#include "core/http/message.hpp"

namespace understudy::capture {

http::Request to_http_request(const MessageView& message);
http::Response to_http_response(const MessageView& message);

/// Views into `request`; body_length and body_hash are those of its body. Authority is the Host field's
/// value.
MessageView to_view(const http::Request& request);
MessageView to_view(const http::Response& response);

/// The same into a view that has been used before, whose vectors keep their memory.
void assign_view(MessageView& view, const http::Request& request);
void assign_view(MessageView& view, const http::Response& response);

}  // namespace understudy::capture
