// What HAR has no field for, below `_understudy` in an entry, so that a capture comes back from a HAR equal.
#pragma once

#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/json_writer.hpp"

#include <string_view>

#include <boost/json.hpp>

namespace understudy::capture {

/// Writes the member `_understudy`. `url` is what the entry says as its URL.
void write_own_fields(JsonWriter& json, const ExchangeView& exchange, std::string_view url);

/// Corrects what was read of the entry by what stands there. What is missing or makes no sense is left as it
/// was read; identity and scrubbing are never taken from a file.
void read_own_fields(HarExchange& exchange, const boost::json::object& entry);

/// The timings that an importer makes of the phases that `write_timings` writes.
TimingsView timings_by_phases(const TimingsView& timings) noexcept;

}  // namespace understudy::capture
