// From access logs to a capture: what was asked and what status came, without headers and bodies.
#pragma once

#include "capture-format/convert/importer.hpp"

#include <string_view>

namespace understudy::capture {

/// The address makes the connection, so that the requests of a client keep their order; it is not recorded.
/// Lines of one second are spread over it in their order. Response bodies are marked as not recorded, with
/// their length.
class AccessLogImporter final : public Importer {
 public:
  explicit AccessLogImporter(ImportSink& sink) : sink_(&sink) {}

  /// Fails when no line is one of an access log.
  Outcome<> import(InputText input, const ImportProgress& progress) override;

 private:
  ImportSink* sink_;
};

}  // namespace understudy::capture
