#include "capture-format/writer/chunk_routes.hpp"

#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/content_hash.hpp"

#include <array>
#include <cstdint>

namespace understudy::capture {
namespace {

constexpr std::uint32_t kRecordField = 1;    // of CaptureStream
constexpr std::uint32_t kExchangeField = 1;  // of Record
constexpr std::uint32_t kRequestField = 7;   // of Exchange
constexpr std::uint32_t kMethodField = 1;    // of Message
constexpr std::uint32_t kTargetField = 2;

struct RequestLine {
  std::string_view method;
  std::string_view target;
};

/// The content of the first sub-message `field`; empty when there is none.
std::string_view find(std::string_view message, std::uint32_t field) noexcept {
  wire::Reader in(message);
  while (in.next())
    if (in.is(field, wire::Type::bytes)) return in.bytes();
  return {};
}

/// An encoder writes method and target before everything else; what is empty is left out.
RequestLine request_line(std::string_view exchange) noexcept {
  RequestLine line;
  wire::Reader in(find(exchange, kRequestField));
  while (in.next() && in.field() <= kTargetField) {
    if (in.is(kMethodField, wire::Type::bytes)) line.method = in.bytes();
    if (in.is(kTargetField, wire::Type::bytes)) line.target = in.bytes();
  }
  return line;
}

}  // namespace

void count_routes(std::string_view raw, ChunkHeader& header, RouteTable& routes) noexcept {
  std::size_t keys = 0;
  wire::Reader records(raw);
  while (records.next()) {
    if (!records.is(kRecordField, wire::Type::bytes)) continue;
    wire::Reader record(records.bytes());
    if (!record.next() || !record.is(kExchangeField, wire::Type::bytes)) continue;
    const auto line = request_line(record.bytes());
    std::array<char, kEndpointPathBytesMax> buffer;
    const auto path = endpoint_path(line.target, buffer);
    const auto hash = content_hash(path);
    if (header.bloom.add(hash) && ++keys > RouteBloom::kKeysMax) header.flags |= kBloomSaturated;
    routes.count(hash, line.method, path);
  }
}

}  // namespace understudy::capture
