#include "replay/recorded_exchange.hpp"

#include "capture-format/convert/http_exchange.hpp"
#include "core/base/content_hash.hpp"

#include <array>

namespace understudy::replay {
namespace {

/// A session key spans connections and recorders; a connection number means one recorder's connection;
/// without either the exchange stands alone.
std::uint64_t session_of(const capture::ExchangeView& view, std::uint64_t source) {
  std::array<std::uint64_t, 3> parts{0, view.session_key, 0};
  if (view.session_key == 0) parts = {1, source, view.connection_id};
  if (view.session_key == 0 && view.connection_id == 0) parts = {2, source, view.id};
  return content_hash({reinterpret_cast<const char*>(parts.data()), sizeof parts});
}

bool is_whole(const capture::MessageView& message) noexcept {
  return message.truncation == capture::Truncation::none && message.body.size() == message.body_length;
}

}  // namespace

RecordedExchange to_recorded(const capture::ExchangeView& view, std::uint64_t source) {
  RecordedExchange out;
  out.id = view.id;
  out.start_ns = view.start_ns;
  out.session = session_of(view, source);
  out.request = capture::to_http_request(view.request);
  out.authority = view.request.authority;
  out.request_whole = is_whole(view.request);
  out.has_response = view.has_response && view.response.status >= 200;
  if (out.has_response) {
    out.response = capture::to_http_response(view.response);
    // The answer to HEAD has a length and no body.
    out.response_whole = is_whole(view.response) || view.request.method == "HEAD";
  }
  out.timings = view.timings;
  out.fate = view.fate;
  return out;
}

}  // namespace understudy::replay
