// One exchange as two records of a GoReplay file: the request, and the response that production gave.
#pragma once

#include "capture-format/convert/exporter.hpp"

#include <string_view>

namespace understudy::capture {

/// The first 16 digits of the ids are those of the connection, so that affinity survives. Messages are
/// written as they were on the wire; a body that was chunked is one chunk. Where the fields tell of another
/// body than the recorded one (decoded, or a wrong length) they are corrected, and that is counted. An
/// exchange whose bytes hold the separator line is left out: the format cannot escape it.
class GorExporter final : public Exporter {
  std::string_view write(std::string& out, const ExchangeView& exchange) override;
  void note_losses(const ExchangeView& exchange);
  void note_message_losses(const MessageView& message, bool bodyless);
};

}  // namespace understudy::capture
