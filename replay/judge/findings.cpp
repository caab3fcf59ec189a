#include "replay/judge/findings.hpp"

#include "core/base/content_hash.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::string_view kOther = "__other__";
/// The first part of a fingerprint's text: a change of the recipe changes every fingerprint.
constexpr std::string_view kFingerprintVersion = "1";

std::string place_of(std::string_view endpoint, const diff::Difference& difference,
                     std::string_view status_pair) {
  return fmt::format("{}\n{}\n{}\n{}", endpoint, difference.path, static_cast<int>(difference.kind),
                     status_pair);
}

bool more_frequent(const Finding& a, const Finding& b) {
  if (a.count != b.count) return a.count > b.count;
  return std::tie(a.endpoint, a.path, a.kind, a.status_pair) <
         std::tie(b.endpoint, b.path, b.kind, b.status_pair);
}

}  // namespace

std::string Finding::fingerprint() const {
  const auto text = fmt::format("{}\n{}\n{}\n{}\n{}", kFingerprintVersion, endpoint, path,
                                diff::to_string(kind), status_pair);
  return fmt::format("{:016x}", content_hash(text)).substr(0, 12);
}

void Findings::add(std::string_view endpoint, const diff::Difference& difference, std::uint64_t exchange_id,
                   std::string_view request, const diff::Evidence* evidence) {
  std::string status_pair;
  if (difference.kind == diff::Kind::status_changed)
    status_pair = difference.recorded + "->" + difference.replayed;
  auto place = place_of(endpoint, difference, status_pair);
  auto found = by_place_.find(place);
  if (found == by_place_.end()) {
    auto& places = places_of_endpoint_[std::string(endpoint)];
    const bool room = by_place_.size() < kPlacesMax && places < kPlacesPerEndpointMax;
    diff::Difference other;
    other.kind = difference.kind;
    other.path = kOther;
    if (!room) place = place_of(kOther, other, {});
    const auto [made, fresh] = by_place_.try_emplace(place);
    found = made;
    if (fresh) {
      auto& finding = found->second;
      if (room) ++places;
      finding.endpoint = room ? endpoint : kOther;
      finding.path = room ? difference.path : std::string(kOther);
      finding.kind = difference.kind;
      finding.status_pair = room ? status_pair : std::string();
      finding.recorded_class = difference.recorded_class;
      finding.replayed_class = difference.replayed_class;
    }
  }
  ++found->second.count;
  auto& examples = found->second.examples;
  const bool known = std::ranges::find(examples, request, &Example::request) != examples.end();
  if (examples.size() < Finding::kExamplesMax && !known)
    examples.push_back({exchange_id, std::string(request), difference.recorded, difference.replayed});
  if (evidence) ++found->second.evidence[*evidence];
}

std::vector<Finding> Findings::sorted() const {
  std::vector<Finding> out;
  out.reserve(by_place_.size());
  for (const auto& [place, finding] : by_place_) out.push_back(finding);
  std::ranges::sort(out, more_frequent);
  return out;
}

std::vector<Finding> group_header_drift(std::vector<Finding> findings, std::size_t endpoints_compared) {
  std::map<std::pair<std::string, diff::Kind>, std::vector<const Finding*>> by_header;
  for (const auto& finding : findings)
    if (diff::is_header_kind(finding.kind) && finding.endpoint != kOther)
      by_header[{finding.path, finding.kind}].push_back(&finding);
  std::vector<Finding> out;
  std::unordered_set<const Finding*> grouped;
  for (const auto& [header, group] : by_header) {
    if (group.size() < 2 || group.size() * 2 < endpoints_compared) continue;
    auto& drift = out.emplace_back(*group.front());
    drift.endpoint = "*";
    drift.count = 0;
    drift.endpoints = group.size();
    for (const auto* finding : group) drift.count += finding->count;
    grouped.insert(group.begin(), group.end());
  }
  for (auto& finding : findings)
    if (!grouped.contains(&finding)) out.push_back(std::move(finding));
  std::ranges::sort(out, more_frequent);
  return out;
}

}  // namespace understudy::replay
