// Messages back to bytes. The serializer writes exactly what it is given; forwarding rules live in
// forward.hpp.
#pragma once

#include "core/http/framing.hpp"
#include "core/http/message.hpp"

#include <string>
#include <string_view>

namespace understudy::http {

/// Appends "METHOD target HTTP/1.1" CRLF, the fields in order, and the empty line.
void append_head(std::string& out, const RequestHead& head);
/// Appends "HTTP/1.1 status reason" CRLF, the fields in order, and the empty line.
void append_head(std::string& out, const ResponseHead& head);

/// Appends one chunk (RFC 9112 §7.1); nothing for empty `data`, which would end the body.
void append_chunk(std::string& out, std::string_view data);
/// Appends the last chunk and the trailer section.
void append_last_chunk(std::string& out, const Fields& trailers);

/// The reason phrase of RFC 9110 §15 and the IANA registry; "Unknown" for others.
std::string_view reason_phrase(unsigned status) noexcept;

/// A whole message as sent by a client of ours: framing and connection fields of `request` are dropped,
/// Content-Length is set when there is a body (or the method usually has one), Host when it is absent.
std::string to_wire(const Request& request, std::string_view host);
/// A whole message as sent by a server of ours: framing fields are dropped, Content-Length is set where it
/// may be. `head_request`: the body is left out and a recorded Content-Length is kept (RFC 9110 §9.3.2).
std::string to_wire(const Response& response, bool head_request, bool keep_alive);

}  // namespace understudy::http
