// Where importers put what they have read: scrubbed, numbered, written and accounted for.
#pragma once

#include "capture-format/convert/import_report.hpp"
#include "capture-format/file_writer.hpp"
#include "core/base/result.hpp"
#include "core/scrub/scrubber.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Called after each exchange with how many are done of how many; false ends the import early.
using ImportProgress = std::function<bool(std::uint64_t done, std::uint64_t of)>;

/// One per output file; ids and connections go on over several inputs.
class ImportSink {
 public:
  /// Without a scrubber the bytes are kept as they are. Both must outlive this.
  ImportSink(FileWriter& output, const scrub::Scrubber* scrubber) : output_(&output), scrubber_(scrubber) {}

  /// Names of connections belong to one input.
  void begin_input() { connections_.clear(); }

  /// Scrubs, numbers and writes an exchange. `connection` is its name in the input; empty: one of its own.
  /// `repairs` are names of a closed list, each at most once. Fails when the disk does; what does not fit is
  /// refused and counted.
  Outcome<> add(ExchangeView& exchange, std::string_view connection,
                std::span<const std::string_view> repairs);
  /// Counts an exchange that was read and cannot be taken, by a reason of a closed list.
  void refuse(std::string_view reason);
  /// Counts what concerns the input rather than one exchange.
  void repaired_input(std::string_view what, std::uint64_t count = 1);

  const ImportReport& report() const noexcept { return report_; }

 private:
  void number(ExchangeView& exchange, std::string_view connection);

  struct Connection {
    std::uint64_t id = 0;
    std::uint32_t next_sequence = 0;
  };

  FileWriter* output_;
  const scrub::Scrubber* scrubber_;
  ImportReport report_;
  std::uint64_t next_id_ = 1;
  std::uint64_t next_connection_ = 1;
  std::map<std::string, Connection, std::less<>> connections_;
};

}  // namespace understudy::capture
