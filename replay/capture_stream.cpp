#include "replay/capture_stream.hpp"

#include "core/base/content_hash.hpp"

#include <algorithm>
#include <queue>

namespace understudy::replay {
namespace {

struct Held {
  RecordedExchange exchange;
  std::uint64_t sequence = 0;  ///< keeps exchanges that start at the same time in the order of the file
};

struct LaterFirst {
  bool operator()(const Held& a, const Held& b) const noexcept {
    return std::tie(a.exchange.start_ns, a.sequence) > std::tie(b.exchange.start_ns, b.sequence);
  }
};

}  // namespace

struct CaptureStream::Impl {
  struct Source {
    std::size_t summary = 0;
    std::uint64_t first_ns = 0;     ///< start of the file's first exchange
    std::uint64_t frontier_ns = 0;  ///< the latest start read so far
    std::optional<capture::Reader> reader;
    bool done = false;
  };

  ReadAheadLimits limits;
  capture::ReaderOptions reading;
  std::vector<CaptureSummary> summaries;
  std::vector<Source> sources;  ///< by first_ns
  std::vector<Held> heap;
  std::size_t held_bytes = 0;
  std::uint64_t sequence = 0;
  std::uint64_t last_given_ns = 0;
  std::uint64_t out_of_order = 0;

  /// The source that must be read before the oldest exchange held may be given out; null when it may.
  Source* behind() {
    Source* lowest = nullptr;
    for (auto& source : sources) {
      if (source.done) continue;
      const auto reached = source.reader ? source.frontier_ns : source.first_ns;
      const auto lowest_reached = lowest ? (lowest->reader ? lowest->frontier_ns : lowest->first_ns) : 0;
      if (!lowest || reached < lowest_reached) lowest = &source;
      // Later files start later still.
      if (!source.reader) break;
    }
    if (!lowest || heap.empty()) return lowest;
    if (held_bytes >= limits.bytes) return nullptr;
    const auto reached = lowest->reader ? lowest->frontier_ns : lowest->first_ns;
    return reached < heap.front().exchange.start_ns + limits.window_ns ? lowest : nullptr;
  }

  void read_one(Source& source) {
    auto& summary = summaries[source.summary];
    if (!source.reader) {
      auto opened = capture::Reader::open(summary.path, reading);
      // It could be opened at the start; a file that has gone since is a loss that the summary shows.
      if (!opened) return lose(source, opened.error().message);
      source.reader.emplace(std::move(*opened));
    }
    const auto* view = source.reader->next();
    if (!view) return close(source);
    ++summary.exchanges;
    source.frontier_ns = std::max(source.frontier_ns, view->start_ns);
    const auto& info = source.reader->info();
    auto exchange = to_recorded(*view, content_hash(info.service + '\n' + info.host));
    held_bytes += exchange.memory_bytes();
    heap.push_back({std::move(exchange), sequence++});
    std::ranges::push_heap(heap, LaterFirst());
  }

  void close(Source& source) {
    auto& summary = summaries[source.summary];
    summary.info = source.reader->info();
    summary.damage = source.reader->damage();
    summary.gaps = source.reader->gaps();
    summary.sealed = source.reader->sealed();
    source.reader.reset();
    source.done = true;
  }

  void lose(Source& source, const std::string& why) {
    auto& damage = summaries[source.summary].damage;
    ++damage.incidents;
    ++damage.chunks_lost;
    damage.notes.push_back(why);
    source.done = true;
  }
};

CaptureStream::CaptureStream() : impl_(std::make_unique<Impl>()) {}
CaptureStream::CaptureStream(CaptureStream&&) noexcept = default;
CaptureStream::~CaptureStream() = default;

Outcome<CaptureStream> CaptureStream::open(const std::vector<std::filesystem::path>& paths,
                                           const ReadAheadLimits& limits, const capture::KeyRingPtr& keys) {
  CaptureStream stream;
  auto& impl = *stream.impl_;
  impl.limits = limits;
  impl.reading.keys = keys;
  for (const auto& path : paths) {
    auto reader = capture::Reader::open(path, impl.reading);
    if (!reader) return reader.error();
    const auto* first = reader->next();
    impl.sources.push_back({impl.summaries.size(), first ? first->start_ns : 0, 0, std::nullopt, false});
    auto& summary = impl.summaries.emplace_back();
    summary.path = path;
    summary.info = reader->info();
  }
  std::ranges::stable_sort(impl.sources, {}, &Impl::Source::first_ns);
  return stream;
}

std::optional<RecordedExchange> CaptureStream::next() {
  auto& impl = *impl_;
  while (auto* source = impl.behind()) impl.read_one(*source);
  if (impl.heap.empty()) return std::nullopt;
  std::ranges::pop_heap(impl.heap, LaterFirst());
  auto exchange = std::move(impl.heap.back().exchange);
  impl.heap.pop_back();
  impl.held_bytes -= std::min(impl.held_bytes, exchange.memory_bytes());
  if (exchange.start_ns < impl.last_given_ns) ++impl.out_of_order;
  impl.last_given_ns = std::max(impl.last_given_ns, exchange.start_ns);
  return exchange;
}

const std::vector<CaptureSummary>& CaptureStream::captures() const noexcept { return impl_->summaries; }
std::uint64_t CaptureStream::out_of_order() const noexcept { return impl_->out_of_order; }

}  // namespace understudy::replay
