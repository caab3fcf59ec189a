#include "core/diff/difference_sink.hpp"

#include "core/base/content_hash.hpp"
#include "core/diff/excerpt.hpp"
#include "core/diff/time_value.hpp"

#include <cstdlib>

namespace understudy::diff {
namespace {

constexpr std::int64_t kClockSlackNs = 300LL * 1'000'000'000;
constexpr std::int64_t kOffsetSlackNs = 5LL * 1'000'000'000;

std::string place_of(const Occurrence& occurrence) {
  std::string key(occurrence.path);
  key += '\0';
  key += static_cast<char>(occurrence.kind);
  key += static_cast<char>(occurrence.recorded_class);
  key += static_cast<char>(occurrence.replayed_class);
  key += occurrence.follows_clock ? '1' : '0';
  return key;
}

}  // namespace

void DifferenceSink::add(Occurrence&& occurrence) {
  const auto [place, fresh] = places_.try_emplace(place_of(occurrence), result_.differences.size());
  if (!fresh) {
    auto& known = result_.differences[place->second];
    ++known.occurrences;
    if (known.values.size() < Difference::kHashesMax) known.values.push_back(occurrence.hashes);
    return;
  }
  if (result_.differences.size() == Comparison::kDifferencesMax) {
    places_.erase(place);
    ++result_.differences_dropped;
    return;
  }
  auto& difference = result_.differences.emplace_back();
  difference.kind = occurrence.kind;
  difference.path = occurrence.path;
  difference.recorded = std::move(occurrence.recorded);
  difference.replayed = std::move(occurrence.replayed);
  difference.recorded_class = occurrence.recorded_class;
  difference.replayed_class = occurrence.replayed_class;
  difference.follows_clock = occurrence.follows_clock;
  difference.values.push_back(occurrence.hashes);
}

void DifferenceSink::add_values(Kind kind, std::string_view path, std::string_view recorded,
                                std::string_view replayed) {
  Occurrence occurrence{kind,
                        path,
                        excerpt(recorded),
                        excerpt(replayed),
                        classify(recorded),
                        classify(replayed),
                        {content_hash(recorded), content_hash(replayed)},
                        follow_clock(recorded, replayed)};
  const bool plain =
      occurrence.recorded_class == ValueClass::text && occurrence.replayed_class == ValueClass::text;
  // "/orders/<uuid>" is an id in a frame: the frame must be equal, then it is as volatile as the id.
  if (plain && recorded.size() >= 36 && recorded.size() <= 4096 && replayed.size() <= 4096 &&
      mask_uuids(recorded) == mask_uuids(replayed)) {
    occurrence.recorded_class = occurrence.replayed_class = ValueClass::uuid;
  }
  add(std::move(occurrence));
}

bool DifferenceSink::follow_clock(std::string_view recorded, std::string_view replayed) const noexcept {
  if (times_.recorded_ns == 0 || times_.replayed_ns == 0) return false;
  const auto before = parse_time(recorded);
  const auto after = parse_time(replayed);
  if (!before || !after || before->format != after->format) return false;
  if (before->near(times_.recorded_ns, kClockSlackNs) && after->near(times_.replayed_ns, kClockSlackNs))
    return true;
  // An expiry an hour from now: both are equally far from their own response.
  const auto recorded_offset = before->begin_ns - static_cast<std::int64_t>(times_.recorded_ns);
  const auto replayed_offset = after->begin_ns - static_cast<std::int64_t>(times_.replayed_ns);
  return before->span_ns <= kOffsetSlackNs && std::abs(recorded_offset - replayed_offset) <= kOffsetSlackNs;
}

}  // namespace understudy::diff
