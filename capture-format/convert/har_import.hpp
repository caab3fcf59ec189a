// From HAR files to a capture: every entry in time order, scrubbed, and accounted for.
#pragma once

#include "capture-format/convert/har_document.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/import_report.hpp"
#include "capture-format/file_writer.hpp"
#include "core/base/result.hpp"
#include "core/scrub/scrubber.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace understudy::capture {

/// Called after each entry with how many are done of how many; false ends the import early.
using ImportProgress = std::function<bool(std::uint64_t done, std::uint64_t of)>;

/// One per output file; ids and connections go on over several inputs.
class HarImporter {
 public:
  /// Without a scrubber the bytes are kept as they are. Both must outlive this.
  HarImporter(FileWriter& output, const scrub::Scrubber* scrubber) : output_(&output), scrubber_(scrubber) {}

  /// Fails when the document is no HAR or the disk does; what is wrong with single entries is in the report.
  Outcome<> import(const HarDocument& document, const ImportProgress& progress);

  const ImportReport& report() const noexcept { return report_; }

 private:
  Outcome<> import_entry(std::string_view json, const HarEntryPlace& place);
  void place(ExchangeView& view, const HarEntryPlace& place);

  FileWriter* output_;
  const scrub::Scrubber* scrubber_;
  ImportReport report_;
  std::uint64_t next_id_ = 1;
  std::uint64_t next_connection_ = 1;
  struct Connection {
    std::uint64_t id = 0;
    std::uint32_t next_sequence = 0;
  };
  std::map<std::string, Connection, std::less<>> connections_;  ///< of the current document
};

}  // namespace understudy::capture
