#include "capture-format/merge/time_sorter.hpp"

#include "capture-format/layout/uuid.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "capture-format/writer/exchange_encoder.hpp"

#include <algorithm>
#include <queue>
#include <string_view>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// Open at a time; each holds one small chunk in memory.
constexpr std::size_t kRunsMax = 64;
constexpr std::size_t kRunChunkBytes = std::size_t{256} << 10;
constexpr int kRunLevel = 1;

/// One run while runs are merged: its next exchange, and its place among runs of the same time.
struct Head {
  std::uint64_t start_ns = 0;
  std::size_t run = 0;

  bool operator>(const Head& other) const noexcept {
    return start_ns != other.start_ns ? start_ns > other.start_ns : run > other.run;
  }
};

}  // namespace

TimeSorter::TimeSorter(Options options) : options_(std::move(options)) {}

TimeSorter::~TimeSorter() {
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

Outcome<> TimeSorter::add(const ExchangeView& exchange) {
  const auto needed = encoded_size_bound(exchange);
  if (needed > capacity_ - used_ && used_ != 0)
    if (auto spilled = spill(); !spilled) return spilled;
  if (needed > capacity_) {
    // Not initialised, so that pages which are never needed are never touched.
    capacity_ = std::max(needed, options_.memory_bytes);
    bytes_ = std::unique_ptr<char[]>(new char[capacity_]);
  }
  wire::Writer out(bytes_.get() + used_);
  encode_exchange(out, exchange);
  const auto end = static_cast<std::size_t>(out.position() - bytes_.get());
  entries_.push_back({exchange.start_ns, used_, end - used_});
  used_ = end;
  return {};
}

Outcome<> TimeSorter::finish(const Take& take) {
  if (runs_.empty()) return each_in_memory(take);
  if (auto spilled = spill(); !spilled) return spilled;
  bytes_.reset();
  entries_ = {};
  return merge_runs(take);
}

Outcome<> TimeSorter::each_in_memory(const Take& take) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.start_ns < b.start_ns; });
  ExchangeView exchange;
  Gap ignored;
  for (const auto& entry : entries_) {
    wire::Reader record(std::string_view(bytes_.get() + entry.offset, entry.size));
    if (!record.next() || decode_record(record.bytes(), exchange, ignored) != RecordKind::exchange)
      return Failure{"an exchange does not come back as it was put in"};
    if (auto taken = take(exchange); !taken) return taken;
  }
  return {};
}

Outcome<std::unique_ptr<FileWriter>> TimeSorter::open_run() {
  if (directory_.empty()) {
    const auto directory =
        options_.scratch / fmt::format(".understudy-merge-{}", to_hex(random_uuid()).substr(0, 16));
    if (mkdir(directory.c_str(), S_IRWXU) != 0)
      return Failure{
          fmt::format("{}: {}", directory.string(),
                      boost::system::error_code(errno, boost::system::system_category()).message())};
    directory_ = directory;
  }
  FileWriterOptions run;
  run.output = directory_ / fmt::format("run-{}.ucap.zst", next_run_++);
  run.source = "merge";
  run.contains_unscrubbed = options_.contains_unscrubbed;
  run.compression_level = kRunLevel;
  run.chunk_bytes = kRunChunkBytes;
  run.keys = options_.keys;
  return FileWriter::open(run);
}

Outcome<> TimeSorter::spill() {
  if (entries_.empty()) return {};
  if (runs_.size() == kRunsMax)
    if (auto collapsed = collapse_runs(); !collapsed) return collapsed;
  auto run = open_run();
  if (!run) return run.error();
  if (auto written = each_in_memory([&run](const ExchangeView& each) { return (*run)->append(each); });
      !written)
    return written;
  if (const auto sealed = (*run)->finish(); !sealed) return sealed.error();
  runs_.push_back(directory_ / fmt::format("run-{}.ucap.zst", next_run_ - 1));
  entries_.clear();
  used_ = 0;
  return {};
}

Outcome<> TimeSorter::collapse_runs() {
  auto run = open_run();
  if (!run) return run.error();
  const auto path = directory_ / fmt::format("run-{}.ucap.zst", next_run_ - 1);
  if (auto merged = merge_runs([&run](const ExchangeView& each) { return (*run)->append(each); }); !merged)
    return merged;
  if (const auto sealed = (*run)->finish(); !sealed) return sealed.error();
  std::error_code ignored;
  for (const auto& old : runs_) std::filesystem::remove(old, ignored);
  runs_ = {path};
  return {};
}

Outcome<> TimeSorter::merge_runs(const Take& take) {
  std::vector<Reader> readers;
  std::vector<const ExchangeView*> next;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  const auto advance = [&](std::size_t run) {
    next[run] = readers[run].next();
    if (next[run] != nullptr) heads.push({next[run]->start_ns, run});
  };
  for (const auto& path : runs_) {
    ReaderOptions reading;
    reading.keys = options_.keys;
    auto reader = Reader::open(path, reading);
    if (!reader) return reader.error();
    readers.push_back(*std::move(reader));
    next.push_back(nullptr);
  }
  for (std::size_t run = 0; run < readers.size(); ++run) advance(run);
  while (!heads.empty()) {
    const auto run = heads.top().run;
    heads.pop();
    if (auto taken = take(*next[run]); !taken) return taken;
    advance(run);
  }
  for (const auto& reader : readers)
    if (reader.damage().incidents != 0) return Failure{"a temporary file was damaged while it was used"};
  return {};
}

}  // namespace understudy::capture
