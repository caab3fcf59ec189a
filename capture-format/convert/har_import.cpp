#include "capture-format/convert/har_import.hpp"

#include "capture-format/convert/har_document.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

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

Outcome<> HarImporter::import(InputText input, const ImportProgress& progress) {
  if (input.cut_off) return Failure{"cut off: the compressed file ends too early, or is damaged"};
  auto parsed = HarDocument::parse(std::move(input.text), mitmproxy_);
  if (!parsed) return parsed.error();
  const auto& document = *parsed;
  sink_->begin_input();
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
  sink_->repaired_input("lone_surrogate_replaced", document.lone_surrogates());
  sink_->repaired_input("surrogate_turned_to_its_byte", document.escaped_bytes());
  return {};
}

Outcome<> HarImporter::import_entry(std::string_view json, const HarEntryPlace& place) {
  auto exchange = read_har_entry(json);
  if (!exchange) {
    sink_->refuse(exchange.error().message);
    return {};
  }
  if (!place.has_start) exchange->repaired("no_start_time");
  exchange->view.start_ns = place.start_ns;
  return sink_->add(exchange->view, place.connection, exchange->repairs);
}

}  // namespace understudy::capture
