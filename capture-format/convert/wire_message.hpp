// An HTTP/1 message as other recorders stored it: read forgivingly, every repair named, never beyond its
// bytes.
#pragma once

#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Not to be copied: the view points into `texts` and into the bytes that were read.
struct WireMessage {
  WireMessage() = default;
  WireMessage(const WireMessage&) = delete;
  WireMessage& operator=(const WireMessage&) = delete;
  WireMessage(WireMessage&&) = default;
  WireMessage& operator=(WireMessage&&) = default;

  MessageView view;
  std::string scheme;                     ///< of an absolute-form target, else empty
  std::string_view rest;                  ///< what stands behind the message; see `unframed`
  bool unframed = false;                  ///< neither length nor chunks: `rest` may be its body
  std::vector<std::string_view> repairs;  ///< names of a closed list, each at most once
  std::deque<std::string> texts;

  void repaired(std::string_view what);
  /// The body, whole; for `unframed` messages by who knows where they end.
  void set_body(std::string_view bytes);
  /// What there is of a body that its recorder, or the network, cut.
  void set_cut_body(std::string_view bytes, std::uint64_t true_length);
};

/// The last transfer coding is "chunked".
bool is_chunked(const MessageView& message) noexcept;
/// A response of that status, to such a request, has no body whatever its fields say (RFC 9112 §6.3).
bool is_bodyless(std::string_view request_method, std::uint32_t status) noexcept;

/// Failures are reasons of a closed list. `bytes` must outlive the message.
Outcome<WireMessage> read_wire_request(std::string_view bytes);
/// Interim responses before it are skipped. `request_method` decides whether a body follows (RFC 9112 §6.3).
Outcome<WireMessage> read_wire_response(std::string_view bytes, std::string_view request_method);

}  // namespace understudy::capture
