// From recordings of other tools to capture records: one interface for every format.
#pragma once

#include "capture-format/convert/import_sink.hpp"
#include "capture-format/convert/input_text.hpp"
#include "core/base/result.hpp"

#include <array>
#include <memory>
#include <string_view>

namespace understudy::capture {

/// One per output file.
class Importer {
 public:
  virtual ~Importer() = default;

  /// Fails when the text is nothing of that format, or the disk fails; what is wrong with single exchanges is
  /// in the sink's report.
  virtual Outcome<> import(InputText input, const ImportProgress& progress) = 0;
};

inline constexpr std::array<std::string_view, 4> kImportFormats{"har", "gor", "access-log", "mitmproxy-har"};

/// Null for a name that is not in `kImportFormats`. The sink must outlive the importer.
std::unique_ptr<Importer> make_importer(std::string_view format, ImportSink& sink);

}  // namespace understudy::capture
