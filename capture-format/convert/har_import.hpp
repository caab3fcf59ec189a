// From HAR files to a capture: every entry in time order.
#pragma once

#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/importer.hpp"

#include <string_view>

namespace understudy::capture {

class HarImporter final : public Importer {
 public:
  /// `mitmproxy`: the text is its work, whether it says so or not (har_document.hpp).
  explicit HarImporter(ImportSink& sink, bool mitmproxy = false) : sink_(&sink), mitmproxy_(mitmproxy) {}

  Outcome<> import(InputText input, const ImportProgress& progress) override;

 private:
  Outcome<> import_entry(std::string_view json, const HarEntryPlace& place);

  ImportSink* sink_;
  bool mitmproxy_;
};

}  // namespace understudy::capture
