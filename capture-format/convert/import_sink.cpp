#include "capture-format/convert/import_sink.hpp"

#include "capture-format/convert/scrubbed_exchange.hpp"

#include <optional>

namespace understudy::capture {

Outcome<> ImportSink::add(ExchangeView& exchange, std::string_view connection,
                          std::span<const std::string_view> repairs) {
  exchange.scrub.state = ScrubState::off;
  std::optional<ScrubbedExchange> scrubbed;
  if (scrubber_ != nullptr) scrubbed.emplace(*scrubber_, exchange);
  auto written = scrubbed ? scrubbed->view() : exchange;
  if (!FileWriter::fits(written)) {
    refuse("too_large");
    return {};
  }
  ++report_.read;
  number(written, connection);
  if (auto appended = output_->append(written); !appended) return appended;
  ++report_.imported;
  report_.redactions += written.scrub.redactions;
  if (written.scrub.state == ScrubState::failed_body_removed) ++report_.bodies_removed;
  if (!repairs.empty()) ++report_.repaired;
  for (const auto repair : repairs) ++report_.repairs[std::string(repair)];
  return {};
}

void ImportSink::refuse(std::string_view reason) {
  ++report_.read;
  ++report_.refused[std::string(reason)];
}

void ImportSink::repaired_input(std::string_view what, std::uint64_t count) {
  if (count != 0) report_.repairs[std::string(what)] += count;
}

void ImportSink::number(ExchangeView& exchange, std::string_view connection) {
  exchange.id = next_id_++;
  if (connection.empty()) {
    exchange.connection_id = next_connection_++;
    return;
  }
  auto found = connections_.find(connection);
  if (found == connections_.end())
    found = connections_.emplace(std::string(connection), Connection{next_connection_++, 0}).first;
  exchange.connection_id = found->second.id;
  exchange.connection_sequence = found->second.next_sequence++;
}

}  // namespace understudy::capture
