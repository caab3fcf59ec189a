#include "capture-format/merge/time_sorter.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/pipeline/thread_count.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "capture-format/writer/exchange_encoder.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <queue>
#include <string_view>
#include <tuple>
#include <utility>

namespace understudy::capture {
namespace {

/// Read side by side; each holds one block in memory.
constexpr std::size_t kRunsMax = 256;
constexpr const ExchangeView* kNoMore = nullptr;

/// One run while runs are merged: its next exchange, and its place among runs of the same time.
struct RunHead {
  std::uint64_t start_ns = 0;
  std::size_t run = 0;

  bool operator>(const RunHead& other) const noexcept {
    return start_ns != other.start_ns ? start_ns > other.start_ns : run > other.run;
  }
};

}  // namespace

struct TimeSorter::Merging {
  std::vector<SortedRuns::Cursor> cursors;
  std::priority_queue<RunHead, std::vector<RunHead>, std::greater<>> heads;
  std::optional<std::size_t> given;  ///< its cursor moves on with the next call

  Merging(SortedRuns& file, const std::vector<SortedRuns::Run>& runs) {
    cursors.reserve(runs.size());
    for (const auto& run : runs) cursors.emplace_back(file, run);
  }

  Outcome<> begin() {
    for (std::size_t run = 0; run < cursors.size(); ++run)
      if (auto moved = advance(run); !moved) return moved;
    return {};
  }

  Outcome<> advance(std::size_t run) {
    const auto more = cursors[run].next();
    if (!more) return more.error();
    if (*more) heads.push({cursors[run].entry().start_ns, run});
    return {};
  }

  /// Null at the end.
  Outcome<const RunEntry*> next() {
    if (given)
      if (auto moved = advance(*std::exchange(given, std::nullopt)); !moved) return moved.error();
    if (heads.empty()) return static_cast<const RunEntry*>(nullptr);
    given = heads.top().run;
    heads.pop();
    return &cursors[*given].entry();
  }
};

TimeSorter::TimeSorter(Options options)
    : options_(std::move(options)), runs_file_(tool_threads(options_.threads), options_.encrypt) {}

TimeSorter::~TimeSorter() = default;

Outcome<> TimeSorter::add(const ExchangeView& exchange, std::uint32_t source) {
  const auto needed = encoded_size_bound(exchange);
  // The list of entries counts twice: it doubles when it grows.
  const auto held = used_ + 2 * (entries_.size() + 1) * sizeof(Entry);
  if (used_ != 0 && (needed > capacity_ - used_ || held + needed > options_.memory_bytes))
    if (auto spilled = spill(); !spilled) return spilled;
  if (needed > capacity_) {
    // Not initialised, so that pages which are never needed are never touched.
    capacity_ = std::max(needed, options_.memory_bytes);
    bytes_.reset();
    bytes_.reset(new char[capacity_]);
  }
  wire::Writer out(bytes_.get() + used_);
  encode_exchange(out, exchange);
  const auto end = static_cast<std::size_t>(out.position() - bytes_.get());
  entries_.push_back({exchange.start_ns, used_, static_cast<std::uint32_t>(end - used_), source});
  used_ = end;
  return {};
}

RunEntry TimeSorter::run_entry(const Entry& entry) const noexcept {
  return {entry.start_ns, entry.source, std::string_view(bytes_.get() + entry.offset, entry.size)};
}

void TimeSorter::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.start_ns, a.offset) < std::tie(b.start_ns, b.offset);
  });
}

Outcome<> TimeSorter::finish() {
  if (runs_.empty()) {
    sort();
    return {};
  }
  if (auto spilled = spill(); !spilled) return spilled;
  bytes_.reset();
  capacity_ = 0;
  entries_ = {};
  merging_ = std::make_unique<Merging>(runs_file_, runs_);
  return merging_->begin();
}

Outcome<const ExchangeView*> TimeSorter::next() {
  if (!merging_) {
    if (given_ == entries_.size()) return kNoMore;
    return decoded(run_entry(entries_[given_++]));
  }
  const auto entry = merging_->next();
  if (!entry) return entry.error();
  if (*entry == nullptr) return kNoMore;
  return decoded(**entry);
}

Outcome<const ExchangeView*> TimeSorter::decoded(const RunEntry& entry) {
  wire::Reader record(entry.record);
  Gap ignored;
  if (!record.next() || decode_record(record.bytes(), exchange_, ignored) != RecordKind::exchange)
    return Failure{"an exchange does not come back as it was put in"};
  source_ = entry.source;
  return &exchange_;
}

Outcome<> TimeSorter::spill() {
  if (entries_.empty()) return {};
  if (!runs_file_.is_open())
    if (auto opened = runs_file_.open(options_.scratch); !opened) return opened;
  sort();
  for (const auto& entry : entries_)
    if (auto appended = runs_file_.append(run_entry(entry)); !appended) return appended;
  const auto run = runs_file_.end_run();
  if (!run) return run.error();
  runs_.push_back(*run);
  entries_.clear();
  used_ = 0;
  const auto side_by_side =
      std::accumulate(runs_.begin(), runs_.end(), std::size_t{0},
                      [](std::size_t sum, const SortedRuns::Run& each) { return sum + each.block_bytes; });
  if (runs_.size() == kRunsMax || (runs_.size() > 2 && side_by_side > options_.memory_bytes))
    return collapse_runs();
  return {};
}

Outcome<> TimeSorter::collapse_runs() {
  Merging merging(runs_file_, runs_);
  if (auto begun = merging.begin(); !begun) return begun;
  while (true) {
    const auto entry = merging.next();
    if (!entry) return entry.error();
    if (*entry == nullptr) break;
    if (auto appended = runs_file_.append(**entry); !appended) return appended;
  }
  const auto run = runs_file_.end_run();
  if (!run) return run.error();
  for (const auto& old : runs_) runs_file_.drop(old);
  runs_ = {*run};
  return {};
}

}  // namespace understudy::capture
