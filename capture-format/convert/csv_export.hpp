// One exchange as one row of a table (RFC 4180): what people count and group by, without headers and bodies.
#pragma once

#include "capture-format/convert/exporter.hpp"

namespace understudy::capture {

/// Columns, by name in the first row; durations in seconds, sizes in bytes. An exchange without a response
/// has an empty status.
class CsvExporter final : public Exporter {
 public:
  std::string prologue() const override;

 private:
  std::string_view write(std::string& out, const ExchangeView& exchange) override;
};

}  // namespace understudy::capture
