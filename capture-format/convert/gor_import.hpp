// From GoReplay files to a capture: requests joined with their responses, in time order, affinity restored.
#pragma once

#include "capture-format/convert/importer.hpp"

namespace understudy::capture {

/// Reads what GoReplay 1.x and 2.x write, and what hand edits and crashes make of it. An exchange is a
/// request with, if recorded, its response; responses without a request and replayed responses are refused.
class GorImporter final : public Importer {
 public:
  explicit GorImporter(ImportSink& sink) : sink_(&sink) {}

  /// Fails when nothing in the text is a record.
  Outcome<> import(InputText input, const ImportProgress& progress) override;

 private:
  ImportSink* sink_;
};

}  // namespace understudy::capture
