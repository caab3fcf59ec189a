#include "capture-format/convert/har_import.hpp"

#include "capture-format/convert/scrubbed_exchange.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// An entry without a time happened with the one before it (or, at the begin, with the first one that has a
/// time).
void fill_missing_starts(std::vector<HarEntryPlace>& places) {
  const auto first =
      std::find_if(places.begin(), places.end(), [](const auto& place) { return place.has_start; });
  std::uint64_t last_ns = first == places.end() ? 0 : first->start_ns;
  for (auto& place : places) {
    if (place.has_start) last_ns = place.start_ns;
    place.start_ns = last_ns;
  }
}

/// By time; entries of the same time keep their order, and so do those of one connection.
std::vector<std::size_t> time_order(const std::vector<HarEntryPlace>& places) {
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&places](std::size_t a, std::size_t b) {
    return places[a].start_ns < places[b].start_ns;
  });
  return order;
}

}  // namespace

Outcome<> HarImporter::import(const HarDocument& document, const ImportProgress& progress) {
  connections_.clear();
  std::vector<HarEntryPlace> places;
  places.reserve(document.size());
  for (std::size_t i = 0; i < document.size(); ++i) {
    auto entry = read_har_entry_place(document.entry(i));
    if (!entry)
      return Failure{fmt::format("entry {} (byte {}): {}", i, document.offset(i), entry.error().message)};
    places.push_back(std::move(*entry));
  }
  fill_missing_starts(places);
  std::uint64_t done = 0;
  for (const auto i : time_order(places)) {
    if (auto imported = import_entry(document.entry(i), places[i]); !imported) return imported;
    if (!progress(++done, places.size())) break;
  }
  if (document.lone_surrogates() != 0)
    report_.repairs["lone_surrogate_replaced"] += document.lone_surrogates();
  return {};
}

Outcome<> HarImporter::import_entry(std::string_view json, const HarEntryPlace& at) {
  ++report_.read;
  auto exchange = read_har_entry(json);
  if (!exchange) {
    ++report_.refused[exchange.error().message];
    return {};
  }
  if (!at.has_start) exchange->repaired("no_start_time");
  auto& view = exchange->view;
  view.start_ns = at.start_ns;
  view.scrub.state = ScrubState::off;
  std::optional<ScrubbedExchange> scrubbed;
  if (scrubber_ != nullptr) scrubbed.emplace(*scrubber_, view);
  auto written = scrubbed ? scrubbed->view() : view;
  if (!FileWriter::fits(written)) {
    ++report_.refused["too_large"];
    return {};
  }
  place(written, at);
  if (auto appended = output_->append(written); !appended) return appended;
  ++report_.imported;
  report_.redactions += written.scrub.redactions;
  if (written.scrub.state == ScrubState::failed_body_removed) ++report_.bodies_removed;
  if (!exchange->repairs.empty()) ++report_.repaired;
  for (const auto repair : exchange->repairs) ++report_.repairs[std::string(repair)];
  return {};
}

void HarImporter::place(ExchangeView& view, const HarEntryPlace& at) {
  view.id = next_id_++;
  if (at.connection.empty()) {
    view.connection_id = next_connection_++;
    return;
  }
  auto& connection = connections_[at.connection];
  if (connection.id == 0) connection.id = next_connection_++;
  view.connection_id = connection.id;
  view.connection_sequence = connection.next_sequence++;
}

}  // namespace understudy::capture
