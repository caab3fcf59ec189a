// Records from protobuf wire bytes: strict, without copies, bounded whatever the bytes say.
#pragma once

#include "capture-format/record.hpp"
#include "capture-format/writer/exchange_encoder.hpp"

#include <cstdint>
#include <string_view>

namespace understudy::capture {

enum class RecordKind : std::uint8_t { exchange, connection, gap, other, malformed };

/// Decodes one Record. An exchange goes to `exchange`, whose views point into `record` and whose vectors are
/// reused; a gap is added to `gap`.
RecordKind decode_record(std::string_view record, ExchangeView& exchange, Gap& gap);

}  // namespace understudy::capture
