#include "capture-format/convert/importer.hpp"

#include "capture-format/convert/access_log_import.hpp"
#include "capture-format/convert/gor_import.hpp"
#include "capture-format/convert/har_import.hpp"

namespace understudy::capture {

std::unique_ptr<Importer> make_importer(std::string_view format, ImportSink& sink) {
  if (format == "har" || format == "mitmproxy-har")
    return std::make_unique<HarImporter>(sink, format == "mitmproxy-har");
  if (format == "gor") return std::make_unique<GorImporter>(sink);
  if (format == "access-log") return std::make_unique<AccessLogImporter>(sink);
  return nullptr;
}

}  // namespace understudy::capture
