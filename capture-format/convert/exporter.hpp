// From capture records to texts that other tools read: one exchange at a time, every loss counted.
#pragma once

#include "capture-format/record.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace understudy::capture {

/// exchanges = written + all of left_out. A loss is something of a written exchange that the format cannot
/// say.
struct ExportReport {
  std::uint64_t exchanges = 0;
  std::uint64_t written = 0;
  std::map<std::string, std::uint64_t, std::less<>> left_out;
  std::map<std::string, std::uint64_t, std::less<>> losses;
};

/// One per output; memory is that of one exchange.
class Exporter {
 public:
  virtual ~Exporter() = default;

  /// The text before the first exchange, and behind the last one.
  virtual std::string prologue() const { return {}; }
  virtual std::string epilogue() const { return {}; }

  /// Appends what stands for the exchange, which is nothing when it is left out.
  void append(std::string& out, const ExchangeView& exchange);

  const ExportReport& report() const noexcept { return report_; }

 protected:
  /// Empty when written, else the reason of a closed list.
  virtual std::string_view write(std::string& out, const ExchangeView& exchange) = 0;
  /// A name of a closed list, once for each exchange that it concerns.
  void lost(std::string_view what) { ++report_.losses[std::string(what)]; }
  bool first() const noexcept { return report_.written == 0; }

 private:
  ExportReport report_;
};

inline constexpr std::array<std::string_view, 6> kExportFormats{"har", "gor",  "ndjson",
                                                                "csv", "curl", "vegeta"};

/// Null for a name that is not in `kExportFormats`.
std::unique_ptr<Exporter> make_exporter(std::string_view format);

}  // namespace understudy::capture
