#include "capture-format/reader/chunk_check.hpp"

#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "core/base/content_hash.hpp"

#include <array>

namespace understudy::capture {

Outcome<> ChunkCheck::check(const ChunkHeader& header, std::string_view stored, const FileOpener* opener) {
  const auto raw = decompressor_.decompress(header, stored, opener);
  if (!raw) return raw.error();
  routes_.clear();
  ExchangeView exchange;
  Gap gap;
  std::uint32_t exchanges = 0;
  wire::Reader records(*raw);
  while (records.next()) {
    if (!records.is(1, wire::Type::bytes)) continue;
    const auto kind = decode_record(records.bytes(), exchange, gap);
    if (kind == RecordKind::malformed) return Failure{"a record is malformed"};
    if (kind != RecordKind::exchange) continue;
    ++exchanges;
    std::array<char, kEndpointPathBytesMax> path;
    const auto endpoint = endpoint_path(exchange.request.target, path);
    routes_.count(content_hash(endpoint), exchange.request.method, endpoint);
  }
  if (records.failed()) return Failure{"a record is malformed"};
  if (exchanges != header.exchanges) return Failure{"holds another number of exchanges than its header says"};
  return {};
}

}  // namespace understudy::capture
